import { opsError, type ErrorCode } from '../core/errors.ts';
import type { Hands } from './hands.ts';

/** How long a node may be gone in the middle of a run. */
export const patienceMs = 60_000;
export const lookAgainMs = 1_000;

/** The pause between two looks at what is under way for so long: a tenth, so that its end is seen by that much late at most. */
export const soonMs = (sinceMs: number): number => Math.max(25, Math.min(sinceMs / 10, 250));

const cuts: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['LINK_LOST', 'UNREACHABLE', 'JUMP_UNREACHABLE', 'UNRESOLVED']);

/** Whether the line to a node is cut, and nothing else is known to be wrong. */
export const isCut = (thrown: unknown): boolean => cuts.has(opsError(thrown).code);

/**
 * Looks again for a while where the line was cut: to look is safe, and nobody wants half a change set.
 *
 * Errors: those of the look when the node does not come back, and `CANCELLED`.
 */
export async function patiently<T>({ say, pause }: Pick<Hands, 'say' | 'pause'>, look: () => Promise<T>): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await look();
    } catch (thrown) {
      if (!isCut(thrown) || performance.now() > until) throw thrown;
      say(`Looking again: ${opsError(thrown).message}`);
      await pause(lookAgainMs);
    }
  }
}
