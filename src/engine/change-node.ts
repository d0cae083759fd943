import type { Approval, ChangeSet } from '../core/change-set.ts';
import type { ChangeOutcome, ChangeRequest, Diagnosis } from '../core/change-outcome.ts';
import { opsError } from '../core/errors.ts';
import type { Finding } from '../core/report.ts';
import type { Run } from '../core/run.ts';
import { giveBack, judge, lockFor, occasion, type ChangeDesk } from './change-desk.ts';
import { foundEntry } from './found.ts';
import type { Look } from './hands.ts';
import { asPlanned, inTheWay } from './in-the-way.ts';
import { createJournal } from './journal.ts';
import type { Journal } from './journal-write.ts';
import type { NodeLock } from './node-lock.ts';
import { cutOff, nothing, outcome, refused, saidOf } from './outcomes.ts';
import { planAll, type Planned } from './plan-all.ts';
import { isRefusal } from './plan-set.ts';
import { runSet } from './run-set.ts';
import { newRunId } from './runs.ts';
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
  const run = runOf(desk, request);
  const journal = await createJournal(desk.folder, run);
  desk.began(run.id);
  const close = (said: string) =>
    journal.append({ type: 'closed', how: 'not_verified', said: `Nothing was done: ${said}`.slice(0, 2_000) });
  const hindered = async (thrown: unknown): Promise<never> => {
    // Whoever asked has to hear what hindered it, whether that could be written down or not.
    await close(opsError(thrown).message).catch(() => undefined);
    throw thrown;
  };
  try {
    const lock = await lockFor(desk, session, request.node, { run: run.id, again: false }).catch(hindered);
    try {
      const plan = await ready(desk, request, look, early.findings).catch(hindered);
      if (!('state' in plan))
        return await carriedOut({ desk, request, journal, lock }, plan, run.id).catch(cutOff(run.id));
      await close(plan.said);
      return plan;
    } finally {
      await giveBack(desk, request.node, lock);
    }
  } finally {
    await journal.close();
  }
}

const runOf = ({ principal }: ChangeDesk, { node, tool, why, undoes, diagnosis }: ChangeRequest): Run => ({
  id: newRunId(Date.now()),
  node: node.name,
  tool,
  principal,
  why: why.slice(0, 2_000),
  ...(undoes !== undefined && { undoes }),
  ...(diagnosis !== undefined && { playbook: diagnosis.playbook }),
  ...(node.simulated.length > 0 && { simulated: [...node.simulated] }),
});

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
): Promise<Planned | ChangeOutcome> {
  const plan = await planned(desk, request, look, known);
  return isRefusal(plan) ? refused(plan) : ((await inTheWay(desk, request, plan)) ?? plan);
}

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
  { set, findings }: Planned,
  id: string,
): Promise<ChangeOutcome> {
  const { node } = request;
  await journal.append({ type: 'planned', set });
  if (request.diagnosis !== undefined) await writeFound(desk, journal, request.diagnosis);
  const approval = await approved(desk, set, request, journal, id);
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

/** What the playbook found that chose it, and the evidence for that. */
async function writeFound(
  { evidence, fleet }: ChangeDesk,
  journal: Journal,
  { checks, services, findings, keep }: Diagnosis,
): Promise<void> {
  const troubled = findings.filter(({ status }) => status !== 'ok').flatMap((finding) => finding.evidence);
  await evidence.save([...new Set([...keep, ...troubled])].slice(0, 128));
  const names = checks.map(({ name }) => name);
  await journal.append(foundEntry('before', { checks: names, services, findings }, fleet.secrets));
}

/** The approval, now used up for this run; undefined where none is needed. */
async function approved(
  desk: ChangeDesk,
  set: ChangeSet,
  request: Pick<ChangeRequest, 'node' | 'undoes'>,
  journal: Journal,
  run: string,
): Promise<Approval | undefined | 'used'> {
  if ((await judge(desk, set, request)).decision === 'allow') return undefined;
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
