import { OpsError, opsError } from '../core/errors.ts';
import { durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Session, Transport } from '../core/session.ts';

/**
 * A line to a node; whoever is in a hurry does not wait for it any longer than `withinMs`, and finds it there the next time.
 *
 * Errors: those of connecting, and `UNREACHABLE` for one that took too long.
 */
export async function opened(
  transport: Transport,
  node: Node,
  signal: AbortSignal,
  withinMs: number | undefined,
): Promise<Session> {
  if (withinMs === undefined) return await transport.open(node, signal);
  const hurry = AbortSignal.timeout(withinMs);
  try {
    return await transport.open(node, AbortSignal.any([signal, hurry]));
  } catch (thrown) {
    if (signal.aborted || !hurry.aborted || opsError(thrown).code !== 'CANCELLED') throw thrown;
    throw new OpsError('UNREACHABLE', `${node.name} was not reached within ${durationText(withinMs / 1_000)}.`, {
      cause: thrown,
      hint: 'Look again: the line is being made. If it is never there, see whether the node is up.',
    });
  }
}
