import { randomBytes } from 'node:crypto';
import type { Command, Effect, FileAsk, FileTrouble, Reply } from '../core/command.ts';
import { OpsError, opsError } from '../core/errors.ts';
import type { Executor } from './executor.ts';
import { frameAnswer } from './frame-answer.ts';
import { createPartReader } from './frame-parts.ts';
import { frameWords } from './frame-script.ts';
import type { FileAnswer } from './sftp.ts';
import { briefly, tether } from './tether.ts';
import { within } from './within.ts';

type FileCommand = Command<Effect, FileAsk>;

interface Waiting {
  readonly command: FileCommand;
  readonly resolve: (answer: FileAnswer) => void;
  readonly reject: (error: unknown) => void;
  settled: boolean;
}

const batchLimit = 50;
// The line is one argument of the login shell, and the kernel allows 128 KiB for one.
const batchBytes = 40_000;

/** Answers questions about files by one script for all that are asked at once, where SFTP can't. */
export function framedFiles(executor: Executor) {
  const waiting: Waiting[] = [];

  function flush(): void {
    const asked = waiting.splice(0).filter(({ settled }) => !settled);
    for (const become of ['sudo', undefined] as const) {
      const same = asked.filter(({ command }) => command.become === become);
      for (const batch of batches(same)) void put(executor, batch);
    }
  }

  return {
    /**
     * Errors: `DEADLINE`, `CANCELLED`, `LINK_LOST`, `REFUSED_BY_NODE` where the node runs no commands; where only sudo
     * refuses, the answer is `EACCES`.
     */
    async ask(command: FileCommand, signal?: AbortSignal): Promise<Reply> {
      const start = performance.now();
      let given: Waiting | undefined;
      const answer = await within(
        command,
        signal,
        () =>
          new Promise<FileAnswer>((resolve, reject) => {
            given = { command, resolve, reject, settled: false };
            if (waiting.length === 0) setImmediate(flush);
            waiting.push(given);
          }),
        () => {
          if (given) given.settled = true;
        },
      );
      return { ...answer, at: Date.now(), ms: performance.now() - start };
    },
  };
}

function batches(asked: readonly Waiting[]): Waiting[][] {
  const made: Waiting[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const one of asked) {
    const more = Buffer.byteLength(one.command.ask.path) * 2 + 64;
    bytes += more;
    if (bytes > batchBytes || (made.at(-1)?.length ?? 0) >= batchLimit) {
      made.push([]);
      bytes = more;
    }
    made.at(-1)?.push(one);
  }
  return made;
}

async function put(executor: Executor, batch: readonly Waiting[]): Promise<void> {
  const mark = randomBytes(16).toString('hex');
  const [first] = batch;
  if (first === undefined) return;
  const nobodyWaits = new AbortController();
  const parts = new Map<string, Buffer>();
  let at = 0;
  const onPart = (info: string, body: Buffer) => {
    const [name = '', status = ''] = info.split(' ');
    if (name !== 'done') {
      parts.set(name, body);
      return;
    }
    const one = batch[at];
    if (one) settle(one, status, parts, mark);
    parts.clear();
    at += 1;
  };
  const deadlineMs = Math.max(...batch.map(({ command }) => command.deadlineMs));
  // Given up by all before it has ended: then the script, and what it started, ends too.
  const watch = setInterval(() => {
    if (batch.every(({ settled }) => settled)) nobodyWaits.abort();
  }, 100);
  try {
    await tether(
      executor,
      {
        command: { ...first.command, deadlineMs },
        program: { words: frameWords(mark, batch.map(question)) },
        outputs: { stdout: createPartReader(mark, onPart), stderr: () => {} },
      },
      nobodyWaits.signal,
    );
    fail(batch, new OpsError('REFUSED_BY_NODE', 'The script that reads files ended on the node before its time.'));
  } catch (error) {
    fail(batch, error);
  } finally {
    clearInterval(watch);
  }
}

function fail(batch: readonly Waiting[], error: unknown): void {
  for (const one of batch) {
    if (one.settled) continue;
    one.settled = true;
    const { code, message } = opsError(error);
    if (code === 'REFUSED_BY_NODE' && one.command.become === 'sudo') one.resolve(denied(message));
    else one.reject(error);
  }
}

const denied = (message: string): Omit<FileTrouble, 'at' | 'ms'> => ({ ok: false, errno: 'EACCES', message });

// 124 and 137 are of GNU timeout, 143 of busybox.
const timeoutStatuses = new Set(['124', '137', '143']);

function settle(one: Waiting, status: string, parts: ReadonlyMap<string, Buffer>, mark: string): void {
  if (one.settled) return;
  one.settled = true;
  if (timeoutStatuses.has(status))
    return one.reject(
      new OpsError('DEADLINE', `${briefly(one.command)} gave no answer within ${seconds(one.command)} s.`, {
        hint: 'See whether its filesystem, a network mount perhaps, is alive.',
      }),
    );
  one.resolve(frameAnswer(one.command.ask, parts, mark));
}

/** Half of the deadline: one path that hangs must not take the time of those asked with it. */
const seconds = ({ deadlineMs }: FileCommand): number => Math.max(1, Math.min(5, Math.floor(deadlineMs / 2_000)));

function question({ command }: Waiting): readonly string[] {
  const { ask } = command;
  const path = ask.path.startsWith('/') ? ask.path : `./${ask.path}`;
  const offset = ask.kind === 'read' ? ask.offset : 0;
  const bytes = ask.kind === 'read' || ask.kind === 'tail' ? ask.bytes : 0;
  return [ask.kind, path, String(offset), String(bytes), String(seconds(command))];
}
