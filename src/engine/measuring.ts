import type { AnyAction, Wanted } from '../core/action.ts';
import { opsError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { MeasuredTime } from '../core/run.ts';
import type { RunStory, StepStory } from '../core/run-story.ts';
import type { Hands } from './hands.ts';
import { worseSince } from './found.ts';
import { actionOf } from './plan-set.ts';
import { storyOf, type Ended, type Running } from './running.ts';

type Measured = Pick<Running, 'hands' | 'actions'>;

/** So often it is seen to that the lock is kept while a node takes its time to be measured. */
const lookToLockMs = 1_000;

/**
 * Measures a node before a step is sent, where its action judges by figures; they are on disk then.
 *
 * Undefined: it may be sent. Errors: `JOURNAL_FAILED`, `CANCELLED`, `LOCK_LOST`.
 */
export async function measuredBefore(
  { hands, actions }: Measured,
  step: number,
  change: Wanted & { readonly what: string },
): Promise<Ended | undefined> {
  const figures = await measured(hands, actions, { step, time: 'before', change });
  if (figures === undefined || 'figures' in figures) return undefined;
  return {
    how: 'not_verified',
    said: `${change.what} It was not done: it could not be measured before: ${figures.say}`,
  };
}

/**
 * Measures once more when all steps are proven, and judges. Goes on from what a journal holds already.
 *
 * Undefined: nothing speaks against leaving it; else the sentence why it is taken back. Errors: as of measuring before.
 */
export async function judged({ hands, actions }: Measured): Promise<string | undefined> {
  for (const [index, told] of storyOf(hands).steps.entries()) {
    const { before } = told.measured;
    if (before === undefined) continue;
    const verdict = told.judged ?? (await judgedNow(hands, actions, index + 1, told, before));
    if (isAgainst(verdict)) return verdict.say;
  }
  return undefined;
}

/** Why a run is being taken back, where its journal says so. */
export const whyBack = (story: RunStory): string =>
  story.steps.flatMap(({ judged: verdict }) => (isAgainst(verdict) ? [verdict.say] : []))[0] ??
  worseSince(story) ??
  'It was being taken back.';

const isAgainst = (verdict: StepStory['judged']): verdict is NonNullable<StepStory['judged']> =>
  verdict?.is === 'worse' || verdict?.is === 'unproven';

async function judgedNow(
  hands: Hands,
  actions: readonly AnyAction[],
  step: number,
  { change, measured: figures }: StepStory,
  before: Json,
): Promise<NonNullable<StepStory['judged']>> {
  const { action } = actionOf(actions, change);
  const after =
    figures.after === undefined
      ? await measured(hands, actions, { step, time: 'after', change })
      : { figures: figures.after };
  const verdict =
    after !== undefined && 'figures' in after
      ? action.gauge?.judge(before, after.figures)
      : { is: 'unproven' as const, say: `It could not be measured afterwards: ${after?.say ?? ''}` };
  const { is, say } = verdict ?? { is: 'unproven', say: 'It can not be judged any more.' };
  await hands.journal.append({ type: 'judged', step, is, said: say.slice(0, 2_000) });
  return { is, say };
}

/** Undefined for an action that judges by no figures. */
async function measured(
  hands: Hands,
  actions: readonly AnyAction[],
  { step, time, change: { action: name, args: given } }: { step: number; time: MeasuredTime; change: Wanted },
): Promise<{ readonly figures: Json } | { readonly say: string } | undefined> {
  const { action, args } = actionOf(actions, { action: name, args: given });
  const { gauge } = action;
  if (gauge === undefined) return undefined;
  hands.say(time === 'before' ? 'Measuring before it is done' : 'Measuring what it brought');
  const looked = hands.look.at<Json>(`${action.name} measure`, () => gauge.measure(args, hands.node)).catch(trouble);
  const seen = await lockKept(hands, looked);
  if ('say' in seen) return seen;
  const ids = seen.evidence.slice(0, 64);
  await hands.keep(ids);
  await hands.journal.append({ type: 'measured', step, time, figures: seen.fact, ids });
  return { figures: seen.fact };
}

function trouble(thrown: unknown): { readonly say: string } {
  const { code, message } = opsError(thrown);
  if (code === 'CANCELLED' || code === 'DEFECT') throw thrown;
  return { say: message };
}

async function lockKept<T>(hands: Hands, work: Promise<T>): Promise<T> {
  for (;;) {
    const isOver = await Promise.race([work.then(() => true), hands.pause(lookToLockMs).then(() => false)]);
    if (isOver) return await work;
    await hands.hold();
  }
}
