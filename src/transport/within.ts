import type { Command } from '../core/command.ts';
import { describeAsk } from '../core/describe-ask.ts';
import { OpsError } from '../core/errors.ts';
import { durationText } from '../core/format.ts';
import { remembered } from '../core/remembered.ts';

/**
 * Waits for `work` until the deadline of the command; `givenUp` is called when it is not waited for any more.
 *
 * Errors: `DEADLINE`, `CANCELLED`, and those of `work`.
 */
export function within<T>(
  command: Command,
  outer: AbortSignal | undefined,
  work: () => Promise<T>,
  givenUp?: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (error: OpsError) => {
      settle();
      reject(error);
      givenUp?.();
    };
    const cancelled = () => giveUp(new OpsError('CANCELLED', `${describeAsk(command.ask)} was cancelled.`));
    const timer = setTimeout(() => giveUp(deadline(command)), command.deadlineMs);
    const listeners = outer && listenersOf(outer);
    const settle = () => {
      clearTimeout(timer);
      listeners?.delete(cancelled);
    };
    if (outer?.aborted) return cancelled();
    listeners?.add(cancelled);
    work().then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}

/** Those who wait under one signal, behind one listener: to add one for each question costs more than the question. */
const listenersOf = remembered((signal: AbortSignal) => {
  const listeners = new Set<() => void>();
  signal.addEventListener('abort', () => listeners.forEach((listener) => listener()), { once: true });
  return listeners;
});

const deadline = ({ ask, deadlineMs }: Command): OpsError =>
  new OpsError('DEADLINE', `${describeAsk(ask)} gave no answer within ${durationText(deadlineMs / 1_000)}.`, {
    hint: 'See whether what it looks at hangs: a network mount, a driver, a service.',
  });
