import { basename } from 'node:path/posix';
import type { Command, Effect, ExecAsk } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Executor, Running } from './executor.ts';
import type { Untied } from './tether.ts';
import { within } from './within.ts';

/** A wedge-prone program that runs: `over` when it has ended or its caller has given up on it. */
interface Turn {
  readonly over: Promise<void>;
  isStuck: boolean;
}

const turns = new WeakMap<Executor, Map<string, Turn>>();

/**
 * Lets only one of a wedge-prone program run on a node at a time. One that was given up and has not ended is stuck in
 * the kernel, and a second would be too. Errors: `WEDGED`, those of `within` while it waits, and those of `work`.
 */
export async function oneAtATime(
  executor: Executor,
  command: Command<Effect, ExecAsk>,
  signal: AbortSignal | undefined,
  work: (rest: Command, started: (running: Running) => void) => Promise<Untied>,
): Promise<Untied> {
  const start = performance.now();
  const rest = () => ({ ...command, deadlineMs: Math.max(1, command.deadlineMs - (performance.now() - start)) });
  const program = basename(command.ask.words[0]);
  const running = turns.get(executor) ?? new Map<string, Turn>();
  turns.set(executor, running);

  for (let before = running.get(program); before !== undefined; before = running.get(program)) {
    if (before.isStuck) throw wedged(program);
    const { over } = before;
    await within(rest(), signal, () => over);
  }

  let finish: (() => void) | undefined;
  const turn: Turn = { over: new Promise((resolve) => (finish = resolve)), isStuck: false };
  running.set(program, turn);
  let ended: Promise<unknown> | undefined;
  let hasEnded = true;
  try {
    return await work(rest(), (started) => {
      hasEnded = false;
      ended = started.ended.finally(() => (hasEnded = true));
    });
  } finally {
    const leave = () => {
      if (running.get(program) === turn) running.delete(program);
    };
    turn.isStuck = !hasEnded;
    if (ended === undefined || hasEnded) leave();
    else void ended.catch(() => {}).then(leave);
    finish?.();
  }
}

const wedged = (program: string): OpsError =>
  new OpsError('WEDGED', `An earlier ${program} still hangs on the node, so it is not started again.`, {
    hint: 'A driver or daemon is stuck in the kernel; what else the node says is still good.',
  });
