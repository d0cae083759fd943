import type { Json } from '../core/json.ts';
import type { StepStory } from '../core/run-story.ts';
import { carryOut } from './carry-out.ts';
import { actionOf, isRefusal, type Deed } from './plan-set.ts';
import { prove } from './prove.ts';
import { knownSignatures, plannedAnew, storyOf, type Ended, type Running } from './running.ts';

/**
 * Takes back what a run has done: what has an undo in reverse, then what must be done again for that to count, in order.
 *
 * Each is proven; what can't be taken back any more is said, and nothing after it is touched.
 */
export async function takeBack(running: Running, why: string): Promise<Ended> {
  const sent = storyOf(running.hands)
    .steps.map((told, index) => ({ ...told, step: index + 1 }))
    .filter(({ ways }) => ways.do !== undefined);
  const done = sent.filter(({ ways }) => ways.do?.how === 'done');
  const backwards = done.filter(({ change }) => change.undo !== null).toReversed();
  if (backwards.length === 0)
    return {
      how: 'not_verified',
      said: `${why} ${done.length === 0 ? 'Nothing else was changed.' : "It can't be taken back."}`,
    };
  const once = sent.filter(({ change }) => change.again === true);
  const all = [
    ...backwards.map((told) => ({ told, way: 'undo' as const })),
    ...once.map((told) => ({ told, way: 'again' as const })),
  ];
  for (const { told, way } of all) {
    const trouble = await back(running, told, way);
    if (trouble !== undefined) return { ...trouble, said: `${why} ${trouble.said}` };
  }
  return { how: 'rolled_back', said: `${why} What it had changed is taken back, and that is proven.` };
}

/** Undefined: proven. */
async function back(
  { hands, actions, findings }: Running,
  { step, change, befores, ways }: StepStory & { readonly step: number },
  way: 'undo' | 'again',
): Promise<Ended | undefined> {
  const wanted = way === 'undo' ? change.undo : change;
  const sentBefore = ways[way];
  if (wanted === null || sentBefore?.verified === true) return undefined;
  const plain = { action: wanted.action, args: wanted.args };
  const saved = befores[way];
  let deed: Pick<Deed, 'action' | 'args'> & { readonly before: Json };
  if (sentBefore?.how === 'done' && saved !== undefined) deed = { ...actionOf(actions, plain), before: saved };
  else {
    const planned = await plannedAnew({ hands, actions }, plain, []);
    if (isRefusal(planned)) return { how: 'not_verified', said: `${wanted.what} It can't be done: ${planned.because}` };
    const sent = await carryOut(hands, { step, way }, planned);
    if (sent.how === 'unknown') return { how: 'unknown', said: `${wanted.what} ${sent.said}` };
    if (sent.how !== 'done') return { how: 'not_verified', said: `${wanted.what} It failed: ${sent.said}` };
    deed = { ...planned, before: planned.change.before };
  }
  const { verified, said } = await prove(
    hands,
    { step, way },
    { ...deed, knownSignatures: knownSignatures({ findings }) },
  );
  return verified ? undefined : { how: 'not_verified', said: `${wanted.what} ${said}` };
}
