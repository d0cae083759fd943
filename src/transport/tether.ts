import { randomBytes } from 'node:crypto';
import type { Command, ExecAsk } from '../core/command.ts';
import { describeAsk } from '../core/describe-ask.ts';
import { OpsError } from '../core/errors.ts';
import { durationText } from '../core/format.ts';
import { lockTrouble } from '../core/lock-shell.ts';
import { clean } from '../core/text.ts';
import type { Executor, Outputs, Running } from './executor.ts';
import { fenceWords, passMark } from './fence.ts';
import { lifelineLine } from './lifeline.ts';
import { beforeMark, behindMark } from './marked-output.ts';

// The node needs up to 3.2 s: 2 s between TERM and KILL, then a second for the KILL to be seen.
const treeMs = 4_000;
const exitOfNotFound = 127;

/** A program on its lifeline: what to run and for which command, whose deadline and effect hold. */
export interface Tether {
  readonly command: Command;
  readonly program: Pick<ExecAsk, 'words' | 'stdin' | 'wedges'>;
  readonly outputs: Outputs;
  /** Hands out the running line as soon as there is one. */
  readonly started?: (running: Running) => void;
}

/** How a program ended. `notFound`: it is not there; behind a fence that is certain, else 127 may be its own. */
export interface Untied {
  /** 128 and its number for a signal. Source: POSIX, Shell Command Language 2.8.2. */
  readonly exitCode: number;
  readonly notFound: boolean;
}

/**
 * Runs a program on a lifeline, and behind the fence of its command, until it ends, the deadline has passed, or `signal`
 * aborts.
 *
 * When it is given up, its tree is ended first: the error comes when that is done, at most 4 s later.
 * Errors: `DEADLINE`, `CANCELLED`, `LINK_LOST`, `LOCK_LOST`, `REFUSED_BY_NODE` where no program can be run, and those of
 * the executor.
 */
export async function tether(
  executor: Executor,
  { command, program, outputs, started }: Tether,
  signal?: AbortSignal,
): Promise<Untied> {
  const { become, effect, fence, lingersMs } = command;
  const id = randomBytes(8).toString('hex');
  const words = fence === undefined ? program.words : fenceWords(fence, program.words);
  const { line, stdin, mark } = lifelineLine(
    { ...program, words },
    { become, tidy: effect === 'observe', lingersMs, id },
  );
  const gate = fence === undefined ? undefined : behindMark(passMark(id), outputs.stderr);
  const trail = beforeMark(mark, gate?.push ?? outputs.stderr);
  const stdout = behindMark(mark, outputs.stdout);
  const stderr = behindMark(mark, trail.push);

  const limit = patience(command, signal);
  try {
    limit.signal.throwIfAborted();
    const starting = executor.start(line, { stdout: stdout.push, stderr: stderr.push }, limit.signal);
    const running = await limit.race(starting, () => void starting.then(({ abandon }) => abandon()).catch(() => {}));
    started?.(running);
    if (stdin.length > 0) running.write(stdin);
    const { exitCode } = await limit.race(running.ended, () => ending(running, program.wedges ?? false));
    const provenExit = trail.end();
    // Without proof a high code is of `ssh`, or of a shell around the program: how that one ended, nobody has seen.
    if (exitCode === null || (exitCode > exitOfNotFound && !provenExit)) throw linkLost(command);
    const banner = stderr.banner();
    if (banner !== undefined) throw refused(command, `${stdout.banner() ?? ''}\n${banner}`);
    const barred = gate?.banner();
    const notFound = exitCode === exitOfNotFound && (gate === undefined || barred !== undefined);
    if (barred === undefined) return { exitCode, notFound };
    if (!notFound) throw lockTrouble(exitCode, `${briefly(command)} was not run`);
    outputs.stderr(new TextEncoder().encode(barred));
    return { exitCode, notFound };
  } finally {
    limit.over();
  }
}

/** Closes the input, which ends the tree, and waits for that. What hangs in the kernel is left to end when it can. */
async function ending(running: Running, wedges: boolean): Promise<void> {
  running.closeInput();
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<true>((resolve) => (timer = setTimeout(() => resolve(true), treeMs)));
  const stays = await Promise.race([running.ended.then(() => false), tooLong]);
  clearTimeout(timer);
  // An open channel is how we know that such a program has not ended yet.
  if (stays && !wedges) running.abandon();
}

/** Waits for things only until the deadline or the caller's signal. */
function patience(command: Command, signal: AbortSignal | undefined) {
  const given = new AbortController();
  let giveUp: ((error: OpsError) => void) | undefined;
  const givenUp = new Promise<OpsError>((resolve) => (giveUp = resolve));
  const stop = (error: OpsError) => {
    giveUp?.(error);
    given.abort(error);
  };
  const cancelled = () => stop(new OpsError('CANCELLED', `${briefly(command)} was cancelled.`));
  const timer = setTimeout(() => stop(tooLate(command)), command.deadlineMs);
  if (signal?.aborted) cancelled();
  else signal?.addEventListener('abort', cancelled, { once: true });
  return {
    signal: given.signal,
    async race<T>(work: Promise<T>, abandon: () => void | Promise<void>): Promise<T> {
      const first = await Promise.race([
        givenUp.then((error) => ({ error })),
        work.then(
          (value) => ({ value }),
          (thrown: unknown) => ({ thrown }),
        ),
      ]);
      if ('value' in first) return first.value;
      if ('thrown' in first) throw given.signal.aborted ? given.signal.reason : first.thrown;
      await abandon();
      throw first.error;
    },
    over(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancelled);
    },
  };
}

/** What was asked, short enough for a sentence. */
export function briefly({ ask }: Command): string {
  const text = clean(describeAsk(ask)).replaceAll('\n', ' ');
  return text.length > 160 ? `${text.slice(0, 150)} ...` : text;
}

const tooLate = (command: Command): OpsError =>
  new OpsError('DEADLINE', `${briefly(command)} took longer than ${durationText(command.deadlineMs / 1_000)}.`, {
    hint: 'See whether what it looks at hangs: a network mount, a driver, a service.',
  });

const linkLost = (command: Command): OpsError =>
  new OpsError('LINK_LOST', `The link to the node was lost while ${briefly(command)} ran; how it ended is unknown.`, {
    hint:
      command.effect === 'observe'
        ? 'Ask again; the connection is made anew.'
        : 'Look at the node before it is asked again: it may have been carried out.',
  });

function refused(command: Command, said: string): OpsError {
  const text = clean(said).replace(/\s+/g, ' ').trim().slice(0, 300) || 'nothing';
  return command.become === 'sudo'
    ? new OpsError('REFUSED_BY_NODE', `sudo does not run ${briefly(command)}; the node says: ${text}`, {
        hint: 'Allow it to the login user with NOPASSWD in sudoers, or take `become` out of the fleet file.',
      })
    : new OpsError('REFUSED_BY_NODE', `The node did not run ${briefly(command)}; it says: ${text}`, {
        hint: 'The login user needs a shell there that runs /bin/sh.',
      });
}
