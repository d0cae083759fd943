import type { ChangeRequest } from '../core/change-outcome.ts';
import type { ChangeSet } from '../core/change-set.ts';
import type { Fleet, Node } from '../core/node.ts';
import type { Session } from '../core/session.ts';
import type { RunMark } from './audit-trail.ts';
import type { ChangeStores } from './change-stores.ts';
import type { Look } from './hands.ts';
import { judgeSet, type Judgement } from './judge-set.ts';
import { takeNodeLock, type NodeLock } from './node-lock.ts';
import { pastWishes } from './past-wishes.ts';

/** One call of a tool that changes nodes, with all that it works with. */
export interface ChangeDesk extends ChangeStores {
  readonly fleet: Fleet;
  readonly principal: string;
  /** Revision. */
  readonly policy: string;
  readonly signal: AbortSignal;
  say(message: string): void;
  began(run: string): void;
  nodeNamed(name: string): Node;
  /** A line to a node for what one run does, and what to look at it with. */
  open(node: Node, run?: RunMark): Promise<{ session: Session; look: Look }>;
}

/** What a node that holds the lock and says nothing is given before others may take it. */
const leaseSeconds = 45;

/** The lock of a node for one run. Errors: `NODE_BUSY`, and those of the node. */
export const lockFor = (
  { principal: owner, signal }: ChangeDesk,
  session: Session,
  node: Node,
  { run, again }: { readonly run: string; readonly again: boolean },
) => takeNodeLock({ session, node, owner, run, again, leaseSeconds, signal });

/** A lock that can't be given back ends by itself. */
export async function giveBack({ say }: ChangeDesk, node: Node, lock: NodeLock): Promise<void> {
  await lock.release().catch(() => say(`The lock of ${node.name} could not be given back; it ends by itself.`));
}

/** What holds an approval to its plan. */
export const occasion = ({ policy, fleet }: ChangeDesk, { digest, node }: ChangeSet) => ({
  digest,
  node,
  policy,
  at: Date.now(),
  signers: fleet.policy.approval.signers,
});

/** What policy and brakes say now. Nothing holds back what takes a change back. */
export async function judge(
  { runs, approvals, fleet, principal }: ChangeDesk,
  set: ChangeSet,
  { node, undoes }: Pick<ChangeRequest, 'node' | 'undoes'>,
): Promise<Judgement> {
  const past = undoes === undefined ? await pastWishes(runs, await approvals.list(), Date.now()) : [];
  return judgeSet(set, { fleet, node, principal, at: Date.now(), past });
}
