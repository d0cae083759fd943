import type { Approval, ChangeSet } from '../core/change-set.ts';
import type { ChangeOutcome, ChangeRequest } from '../core/change-outcome.ts';
import { opsError } from '../core/errors.ts';
import type { Finding } from '../core/report.ts';
import { beginRun } from './begin-run.ts';
import { giveBack, lockFor, occasion, type ChangeDesk } from './change-desk.ts';
import { writeFound } from './found.ts';
import type { Look } from './hands.ts';
import { asPlanned, inTheWay } from './in-the-way.ts';
import type { Journal } from './journal-write.ts';
import type { NodeLock } from './node-lock.ts';
import { cutOff, nothing, outcome, refused, saidOf } from './outcomes.ts';
import { planAll, type Planned } from './plan-all.ts';
import { isRefusal } from './plan-set.ts';
import { runSet } from './run-set.ts';
import { handsOn } from './work-on.ts';

/**
 * Plans a change and carries it out where policy, brakes and approvals let it.
 *
 * It is planned again behind the lock of the node: somebody may have changed it while a person thought it over. The run
 * begins before the lock is taken, so that nobody has to guess who left one.
 */
export async function changeNode(desk: ChangeDesk, request: ChangeRequest): Promise<ChangeOutcome> {
  const { session, look } = await desk.open(request.node);
  const early = await ready(desk, request, look);
  if ('state' in early) return early;
  const { id, journal } = await beginRun(desk, request);
  const close = (said: string) =>
    journal.append({ type: 'closed', how: 'not_verified', said: `Nothing was done: ${said}`.slice(0, 2_000) });
  const hindered = async (thrown: unknown): Promise<never> => {
    // Whoever asked has to hear what hindered it, whether that could be written down or not.
    await close(opsError(thrown).message).catch(() => undefined);
    throw thrown;
  };
  try {
    const lock = await lockFor(desk, session, request.node, { run: id, again: false }).catch(hindered);
    try {
      const plan = await ready(desk, request, look, early.findings).catch(hindered);
      if (!('state' in plan)) return await carriedOut({ desk, request, journal, lock }, plan, id).catch(cutOff(id));
      await close(plan.said);
      return plan;
    } finally {
      await giveBack(desk, request.node, lock);
    }
  } finally {
    await journal.close();
  }
}

/** Says what a change would do as things are now. Errors: of the node. */
export async function planNode(desk: ChangeDesk, request: ChangeRequest): Promise<ChangeOutcome> {
  const { look } = await desk.open(request.node);
  const plan = await planned(desk, request, look);
  return isRefusal(plan) ? refused(plan) : await asPlanned(desk, request, plan);
}

/** The plan as things are now, or why it goes no further. */
async function ready(
  desk: ChangeDesk,
  request: ChangeRequest,
  look: Look,
  known?: readonly Finding[],
): Promise<Ready | ChangeOutcome> {
  const plan = await planned(desk, request, look, known);
  if (isRefusal(plan)) return refused(plan);
  const way = await inTheWay(desk, request, plan);
  return way === 'allowed' || way === 'approved' ? { ...plan, way } : way;
}

/** What nothing stands in the way of. */
type Ready = Planned & { readonly way: 'allowed' | 'approved' };

const planned = (desk: ChangeDesk, request: ChangeRequest, look: Look, known?: readonly Finding[]) =>
  planAll(request, { ...desk, secrets: desk.fleet.secrets, look, now: Date.now(), known });

interface Begun {
  readonly desk: ChangeDesk;
  readonly request: ChangeRequest;
  readonly journal: Journal;
  readonly lock: NodeLock;
}

async function carriedOut(
  { desk, request, journal, lock }: Begun,
  { set, findings, way }: Ready,
  id: string,
): Promise<ChangeOutcome> {
  const { node } = request;
  await journal.append({ type: 'planned', set });
  if (request.diagnosis !== undefined) await writeFound(desk, journal, request.diagnosis);
  const approval = way === 'allowed' ? undefined : await approved(desk, set, journal, id);
  if (approval === 'used') return await usedMeanwhile(set, journal, id);
  if (lock.takenFrom !== undefined)
    await journal.append({
      type: 'note',
      said: `The lock of the node was left by ${lock.takenFrom.owner ?? 'somebody'}.`,
    });
  const line = await desk.open(node, { run: id, ...(approval !== undefined && { approval: approval.digest }) });
  const hands = handsOn({ ...desk, ...line, run: id, node, lock, journal });
  if (request.undoes !== undefined)
    await journal.append({
      type: 'note',
      said: `It takes back run ${request.undoes}, whose evidence is kept: find out why it was needed before that is done again.`,
    });
  const { actions, checks, fleet } = desk;
  return outcome(await runSet({ hands, actions, checks, secrets: fleet.secrets, findings }, 'on'), set, id);
}

/** The approval, now used up for this run. */
async function approved(desk: ChangeDesk, set: ChangeSet, journal: Journal, run: string): Promise<Approval | 'used'> {
  const counted = await desk.approvals.take({ ...occasion(desk, set), run });
  if (!counted.counts) return 'used';
  await journal.append({ type: 'approved', approval: counted.approval });
  return counted.approval;
}

async function usedMeanwhile(set: ChangeSet, journal: Journal, run: string): Promise<ChangeOutcome> {
  const said = 'Another run has used the approval in this moment: nothing was done.';
  await journal.append({ type: 'closed', how: 'not_verified', said });
  return { ...nothing, state: 'awaiting_approval', said: saidOf(set), set, run, notes: [said] };
}
