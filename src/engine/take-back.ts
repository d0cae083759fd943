import type { StepStory } from '../core/run-story.ts';
import { actionOf, isRefusal } from './plan-set.ts';
import { plannedAnew, storyOf, type Ended, type Running } from './running.ts';
import { doneOneWay, provenOneWay } from './step-way.ts';

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
    if (trouble === undefined) continue;
    // Whoever reads that a service is not well again must know that it is back at what it was.
    const isBack = way === 'again' ? `${backText(backwards)} ` : '';
    return { ...trouble, said: `${why} ${isBack}${trouble.said}` };
  }
  return { how: 'rolled_back', said: `${why} What it had changed is taken back, and that is proven.` };
}

const backText = (steps: readonly StepStory[]): string =>
  `Taken back and proven: ${steps.map(({ change }) => change.what).join(' ')}`;

/** Undefined: proven. */
async function back(
  running: Running,
  { step, change, befores, ways }: StepStory & { readonly step: number },
  way: 'undo' | 'again',
): Promise<Ended | undefined> {
  const { hands, actions } = running;
  const wanted = way === 'undo' ? change.undo : change;
  const sent = ways[way];
  if (wanted === null || sent?.verified === true) return undefined;
  const { what, action, args } = wanted;
  const plain = { action, args };
  const before = befores[way];
  if (sent?.how === 'done' && before !== undefined)
    return await provenOneWay(running, { step, way }, what, { ...actionOf(actions, plain), before });
  const deed = await plannedAnew({ hands, actions }, plain, []);
  if (isRefusal(deed)) return { how: 'not_verified', said: `${what} It can't be done: ${deed.because}` };
  return await doneOneWay(running, { step, way }, what, deed);
}
