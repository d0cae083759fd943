import type { ChangeSet } from '../core/change-set.ts';
import type { Fleet, Node } from '../core/node.ts';
import type { Decision } from '../core/policy.ts';
import { brakes, type PastWish } from './brakes.ts';
import { decide } from './decide.ts';
import { wishOf } from './past-wishes.ts';

/** What holds for a whole change set: the strictest of what the policy says of its changes, and the longest brake. */
export interface Judgement {
  readonly decision: Decision;
  /** One sentence, with the place of the rule where there is one. */
  readonly because: string;
  readonly held?: { readonly until: number; readonly because: string };
}

const strictness: readonly Decision[] = ['allow', 'ask', 'deny'];

export function judgeSet(
  { changes }: ChangeSet,
  {
    fleet,
    node,
    principal,
    at,
    past,
  }: { fleet: Fleet; node: Node; principal: string; at: number; past: readonly PastWish[] },
): Judgement {
  const verdicts = changes.map(({ action, risk, service }) =>
    decide(fleet.policy, { effect: 'change', risk, action, node, service, principal, at }),
  );
  const strictest = verdicts.toSorted((a, b) => strictness.indexOf(b.decision) - strictness.indexOf(a.decision))[0];
  const place = typeof strictest?.rule === 'number' ? fleet.rulePlaces[strictest.rule] : undefined;
  const held = changes
    .map((change) => brakes(past, wishOf(node.name, change, at), fleet.policy.limits, fleet.nodes.length))
    .flatMap((brake) => (brake.free ? [] : [brake]))
    .toSorted((a, b) => b.until - a.until)[0];
  return {
    decision: strictest?.decision ?? 'deny',
    because: `${strictest?.because ?? 'There is nothing to do.'}${place === undefined ? '' : ` (${place})`}`,
    ...(held !== undefined && { held: { until: held.until, because: held.because } }),
  };
}
