import type { StepStory } from '../core/run-story.ts';
import { settle } from './carry-out.ts';
import { foundAfter } from './found.ts';
import { judged, measuredBefore, whyBack } from './measuring.ts';
import { actionOf, isRefusal, plannedChange, type Deed } from './plan-set.ts';
import { plannedAnew, storyOf, type Ended, type Running } from './running.ts';
import { doneOneWay, provenOneWay } from './step-way.ts';
import { takeBack } from './take-back.ts';

/**
 * Carries a run on to its end: what was left open is looked at first, then step by step, each proven before the next. What
 * can't be proven is taken back, with all before it.
 *
 * Errors: `JOURNAL_FAILED`, `CANCELLED`; then the run stays open, and can be gone on with.
 */
export async function runSet(options: Running, way: 'on' | 'back'): Promise<Ended> {
  const { hands } = options;
  const ended = await carriedOn(options, way);
  await hands.journal.append({ type: 'closed', how: ended.how, said: ended.said.slice(0, 2_000) });
  return ended;
}

async function carriedOn(options: Running, way: 'on' | 'back'): Promise<Ended> {
  const open = await settled(options);
  if (open !== undefined) return open;
  const begunBack = storyOf(options.hands).steps.some(({ ways }) => ways.undo ?? ways.again);
  if (way === 'back' || begunBack)
    return await takeBack(
      options,
      way === 'back' ? 'It was cut off, and was to be taken back.' : whyBack(storyOf(options.hands)),
    );
  for (const [index, told] of storyOf(options.hands).steps.entries()) {
    const trouble = await stepDone(options, index + 1, told);
    if (trouble === undefined) continue;
    if (trouble.how === 'unknown') return trouble;
    return { ...(await takeBack(options, trouble.said)), findings: trouble.findings ?? [] };
  }
  const against = await judged(options);
  if (against !== undefined) return await takeBack(options, against);
  const found = await foundAfter(options);
  if (found?.against !== undefined) return { ...(await takeBack(options, found.against)), findings: found.findings };
  const { steps } = storyOf(options.hands);
  const did = steps.map(({ change }) => change.what).join(' ');
  // The last step rests on all before it.
  const proof = steps.at(-1)?.ways.do?.proof;
  const tuned = steps.flatMap(({ judged: verdict }) => verdict?.say ?? []).map((say) => ` ${say}`);
  return {
    how: 'verified',
    ...(found !== undefined && { after: found.findings }),
    said: `${did.replace(/\.$/, '')}: done and proven, ${proof ?? 'step by step'}.${tuned.join('')}`,
  };
}

/** Looks at every step that was sent and left no answer. */
async function settled({ hands, actions }: Running): Promise<Ended | undefined> {
  for (const [index, { change, befores, ways }] of storyOf(hands).steps.entries()) {
    for (const way of ['do', 'undo', 'again'] as const) {
      const sent = ways[way];
      const wanted = way === 'undo' ? change.undo : change;
      if (sent?.how !== 'unknown' || wanted === null) continue;
      const lingersMs = Math.max(0, sent.until - Date.now());
      const deed = { ...actionOf(actions, wanted), before: befores[way] ?? null, lingersMs };
      const seen = await settle(hands, { step: index + 1, way }, deed);
      if (seen.how === 'unknown') return { how: 'unknown', said: `${change.what} ${seen.said}` };
    }
  }
  return undefined;
}

/** One step from where it stands to its proof. Undefined: proven. */
async function stepDone(options: Running, step: number, told: StepStory): Promise<Ended | undefined> {
  const { change } = told;
  const before = told.ways.do;
  if (before?.how === 'done' && before.verified === true) return undefined;
  if (before?.how === 'failed') return { how: 'not_verified', said: `${change.what} It failed: ${before.said}` };
  const saved = told.befores.do;
  if (before?.how === 'done' && saved !== undefined)
    return await provenOneWay(options, { step, way: 'do' }, change.what, {
      ...actionOf(options.actions, change),
      before: saved,
    });
  // Seen not to have been carried out, it may be sent: whoever goes on with a run asks for that.
  const unmeasured = await measuredBefore(options, step, change);
  if (unmeasured !== undefined) return unmeasured;
  const deed = await asApproved(options, told);
  if ('how' in deed) return deed;
  return await doneOneWay(options, { step, way: 'do' }, change.what, deed);
}

/** The step planned once more, in the moment before it is sent: it must still be what was approved. */
async function asApproved({ hands, actions, findings }: Running, { change }: StepStory): Promise<Deed | Ended> {
  const deed = await plannedAnew({ hands, actions }, change, findings);
  if (isRefusal(deed))
    return { how: 'not_verified', said: `${change.what} It can't be done any more: ${deed.because}` };
  const { digest } = plannedChange({ action: change.action, args: change.args }, deed);
  if (digest === change.digest) return deed;
  return { how: 'not_verified', said: `${change.what} It was not done: the node has changed since it was planned.` };
}
