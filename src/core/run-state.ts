import type { RunRecord } from './run.ts';

type Of<Type extends RunRecord['type']> = Extract<RunRecord, { type: Type }>;
type StepEnd = Of<'result'>['how'] | 'undone';

/** Where a run stands, by what its journal says. */
export type RunState =
  | { readonly is: 'started' }
  | { readonly is: 'awaiting_approval'; readonly digest: string }
  /** Nothing was sent. `approval` counts until the time in it, which the caller compares with its clock. */
  | { readonly is: 'planned'; readonly digest: string; readonly approval: Of<'approved'> | undefined }
  /** Step `step` is the last that was sent, and how it ended is known. */
  | { readonly is: 'running'; readonly step: number; readonly end: StepEnd }
  /** Step `step` may have been carried out or not. While its writer lives, it is the step under way. */
  | { readonly is: 'unknown'; readonly step: number }
  | { readonly is: 'finished'; readonly how: Of<'closed'>['how'] };

/**
 * The state of a run.
 *
 * An intent without a result is unknown until a later result or undoing of that step says more; only an end that itself
 * says `unknown` closes such a run. A change set planned anew keeps an approval of the same digest and no other.
 */
export function runState(records: readonly RunRecord[]): RunState {
  let planned: Of<'planned'> | undefined;
  let approval: Of<'approved'> | undefined;
  let closed: Of<'closed'> | undefined;
  let last: number | undefined;
  const ends = new Map<number, StepEnd>();

  for (const record of records) {
    switch (record.type) {
      case 'planned':
        planned = record;
        closed = undefined;
        break;
      case 'approved':
        approval = record;
        break;
      case 'intent':
        // Sent once more, what came back the first time says nothing of it.
        ends.set(record.step, 'unknown');
        last = record.step;
        closed = undefined;
        break;
      case 'result':
        ends.set(record.step, record.how);
        break;
      case 'undone':
        ends.set(record.step, 'undone');
        break;
      case 'closed':
        closed = record;
        break;
      default:
        break;
    }
  }

  const unknown = [...ends].find(([, end]) => end === 'unknown');
  if (closed !== undefined && (unknown === undefined || closed.how === 'unknown'))
    return { is: 'finished', how: closed.how };
  if (unknown !== undefined) return { is: 'unknown', step: unknown[0] };
  const end = last === undefined ? undefined : ends.get(last);
  if (last !== undefined && end !== undefined) return { is: 'running', step: last, end };
  if (planned === undefined) return { is: 'started' };
  const approved = approval?.digest === planned.digest ? approval : undefined;
  if (planned.needsApproval && approved === undefined) return { is: 'awaiting_approval', digest: planned.digest };
  return { is: 'planned', digest: planned.digest, approval: approved };
}
