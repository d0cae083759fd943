import type { Approval, ChangeSet } from '../core/change-set.ts';
import type { ChangeOutcome } from '../core/change-outcome.ts';
import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { runStory, standing, type RunStory } from '../core/run-story.ts';
import { giveBack, judge, lockFor, occasion, type ChangeDesk } from './change-desk.ts';
import { openJournal } from './journal.ts';
import type { Journal } from './journal-write.ts';
import { cutOff, nothing, outcome } from './outcomes.ts';
import { runSet } from './run-set.ts';
import { forgetStop } from './stop-run.ts';
import { handsOn } from './work-on.ts';

/**
 * Goes on with a run that was cut off, from wherever it stands, or takes back what it did.
 *
 * Errors: `UNKNOWN_RUN`, `RUN_BUSY`, `NODE_BUSY`; `USAGE` for one at its end; `NOT_APPROVED` when what allowed it holds no
 * more. To take back needs nobody's word: it was part of the plan.
 */
export async function resumeRun(desk: ChangeDesk, id: string, way: 'on' | 'back'): Promise<ChangeOutcome> {
  const journal = await openJournal(desk.folder, id);
  try {
    const story = runStory(journal.records);
    if (story === undefined) throw new OpsError('UNKNOWN_RUN', `Run ${id} never began.`);
    mustBeOpen(story);
    await forgetStop(desk.folder, id);
    desk.began(id);
    const node = desk.nodeNamed(story.run.node);
    if (story.set === undefined) return await neverPlanned(desk, node, journal, id);
    const approval = way === 'on' ? await stillApproved(desk, story, story.set, node, journal) : story.approval;
    const line = await desk.open(node, { run: id, ...(approval !== undefined && { approval: approval.digest }) });
    const { principal: owner, actions, checks } = desk;
    const lock = await lockFor(desk, line.session, node, { run: id, again: true });
    try {
      await journal.append({
        type: 'note',
        said: `${owner} ${way === 'on' ? 'went on with it' : 'had it taken back'} after it was cut off.`,
      });
      const hands = handsOn({ ...desk, ...line, run: id, node, lock, journal });
      const running = { hands, actions, checks, secrets: desk.fleet.secrets, findings: undefined };
      return outcome(await runSet(running, way).catch(cutOff(id)), story.set, id);
    } finally {
      await giveBack(desk, node, lock);
    }
  } finally {
    await journal.close();
  }
}

function mustBeOpen(story: RunStory): void {
  const { id } = story.run;
  const stands = standing(story);
  if (story.closed === undefined || stands !== story.closed.how) return;
  throw new OpsError('USAGE', `Run ${id} has come to its end: ${stands.replaceAll('_', ' ')}.`, {
    hint: `rackhand run show ${id} tells what it did, and what can be done about it now.`,
  });
}

/** It may have left the lock of the node, and nothing else. */
async function neverPlanned(desk: ChangeDesk, node: Node, journal: Journal, run: string): Promise<ChangeOutcome> {
  const { session } = await desk.open(node);
  await giveBack(desk, node, await lockFor(desk, session, node, { run, again: true }));
  const said = 'It was cut off before it had a plan: nothing was changed.';
  await journal.append({ type: 'closed', how: 'not_verified', said });
  return { ...nothing, state: 'not_verified', said, run };
}

async function stillApproved(
  desk: ChangeDesk,
  { run, approval }: RunStory,
  set: ChangeSet,
  node: Node,
  journal: Journal,
): Promise<Approval | undefined> {
  // Its own changes must not hold it back.
  const { decision, because } = await judge(desk, set, { node, undoes: run.id });
  const hint = `To take back what it did: rackhand run resume ${run.id} --way back`;
  if (decision === 'deny') throw new OpsError('NOT_APPROVED', because, { hint });
  if (decision === 'allow') return undefined;
  if (approval !== undefined && approval.policy === desk.policy && Date.now() < approval.until) return approval;
  const counted = await desk.approvals.take({ ...occasion(desk, set), run: run.id });
  if (!counted.counts) throw new OpsError('NOT_APPROVED', `Run ${run.id} can't go on: ${counted.because}`, { hint });
  await journal.append({ type: 'approved', approval: counted.approval });
  return counted.approval;
}
