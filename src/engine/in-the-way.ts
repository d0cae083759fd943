import type { ChangeOutcome, ChangeRequest } from '../core/change-outcome.ts';
import { judge, occasion, type ChangeDesk } from './change-desk.ts';
import { saidOf, speaking, waitText } from './outcomes.ts';
import type { Planned } from './plan-all.ts';

/** What stands in the way of a planned change, if anything does: the policy, a brake, or that nobody has approved it. */
export async function inTheWay(
  desk: ChangeDesk,
  request: ChangeRequest,
  { set, findings }: Planned,
): Promise<ChangeOutcome | undefined> {
  const rest = { set, findings: [], next: [], notes: [] };
  const { decision, because, held } = await judge(desk, set, request);
  if (decision === 'deny') {
    const byHand = set.changes
      .filter(({ risk }) => risk === 'person')
      .map(({ what }) => ({ say: `A person does it: ${what}` }));
    return { ...rest, state: 'denied', said: because, next: byHand };
  }
  const allowed = decision === 'allow' ? `No approval is needed. ${because}` : `It needs an approval. ${because}`;
  const heldText = held === undefined ? undefined : `${held.because} ${waitText(held.until)}`;
  if (request.planOnly) {
    const notes = [allowed, ...(heldText === undefined ? [] : [`It would be held back now: ${heldText}`])];
    return {
      ...rest,
      findings: speaking(findings),
      state: 'planned',
      asks: decision === 'ask',
      said: saidOf(set),
      notes,
    };
  }
  if (heldText !== undefined) return { ...rest, state: 'held', said: heldText };
  if (decision === 'allow') return undefined;
  const counted = await desk.approvals.standing(occasion(desk, set));
  if (counted.counts) return undefined;
  await desk.approvals.propose(set);
  return { ...rest, state: 'awaiting_approval', said: saidOf(set), notes: [allowed, counted.because] };
}
