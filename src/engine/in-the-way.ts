import type { ChangeOutcome, ChangeRequest } from '../core/change-outcome.ts';
import type { ChangeSet } from '../core/change-set.ts';
import { judge, occasion, type ChangeDesk } from './change-desk.ts';
import type { Judgement } from './judge-set.ts';
import { saidOf, speaking, waitText } from './outcomes.ts';
import type { Planned } from './plan-all.ts';

/** What stands in the way of a planned change: the policy, a brake, or that nobody has approved it; or why nothing does. */
export async function inTheWay(
  desk: ChangeDesk,
  request: ChangeRequest,
  { set }: Planned,
): Promise<ChangeOutcome | 'allowed' | 'approved'> {
  const judged = await judge(desk, set, request);
  const rest = restOf(set);
  if (judged.decision === 'deny') return denied(set, judged);
  const heldText = heldOf(judged);
  if (heldText !== undefined) return { ...rest, state: 'held', said: heldText };
  if (judged.decision === 'allow') return 'allowed';
  const counted = await desk.approvals.standing(occasion(desk, set));
  if (counted.counts) return 'approved';
  await desk.approvals.propose(set);
  return { ...rest, state: 'awaiting_approval', said: saidOf(set), notes: [needOf(judged), counted.because] };
}

/** A plan as it is shown, with what would stand in its way. */
export async function asPlanned(
  desk: ChangeDesk,
  request: ChangeRequest,
  { set, findings }: Planned,
): Promise<ChangeOutcome> {
  const judged = await judge(desk, set, request);
  if (judged.decision === 'deny') return denied(set, judged);
  const heldText = heldOf(judged);
  return {
    ...restOf(set),
    findings: speaking(findings),
    state: 'planned',
    asks: judged.decision === 'ask',
    said: saidOf(set),
    notes: [needOf(judged), ...(heldText === undefined ? [] : [`It would be held back now: ${heldText}`])],
  };
}

const restOf = (set: ChangeSet) => ({ set, findings: [], next: [], notes: [] });

function denied(set: ChangeSet, { because }: Judgement): ChangeOutcome {
  const byHand = set.changes
    .filter(({ risk }) => risk === 'person')
    .map(({ what }) => ({ say: `A person does it: ${what}` }));
  return { ...restOf(set), state: 'denied', said: because, next: byHand };
}

const needOf = ({ decision, because }: Judgement): string =>
  decision === 'allow' ? `No approval is needed. ${because}` : `It needs an approval. ${because}`;

const heldOf = ({ held }: Judgement): string | undefined => held && `${held.because} ${waitText(held.until)}`;
