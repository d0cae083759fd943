import type { Command } from '../core/command.ts';
import { describeAsk } from '../core/describe-ask.ts';
import { OpsError } from '../core/errors.ts';
import { durationText } from '../core/format.ts';

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
    const settle = () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', cancelled);
    };
    if (outer?.aborted) return cancelled();
    outer?.addEventListener('abort', cancelled, { once: true });
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

const deadline = ({ ask, deadlineMs }: Command): OpsError =>
  new OpsError('DEADLINE', `${describeAsk(ask)} gave no answer within ${durationText(deadlineMs / 1_000)}.`, {
    hint: 'See whether what it looks at hangs: a network mount, a driver, a service.',
  });
