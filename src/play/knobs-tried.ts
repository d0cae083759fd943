import { standing, type RunStory } from '../core/run-story.ts';
import type { Ops } from '../core/tool.ts';

/** A step that did not help is not taken again so soon. */
const dayMs = 86_400_000;

/** The knobs of a service that a run has set, or may have. */
export const knobsSet = ({ steps }: RunStory, service: string): readonly string[] =>
  steps.flatMap(({ change: { action, args }, ways }) => {
    const { service: of, knob } = args;
    return action === 'knob.set' && of === service && ways.do !== undefined && typeof knob === 'string' ? [knob] : [];
  });

/** The knobs of a service that were set within a day and did not prove themselves. */
export async function knobsTried(
  { runs, now }: Pick<Ops, 'now'> & { readonly runs: Pick<Ops['runs'], 'list'> },
  node: string,
  service: string,
): Promise<readonly string[]> {
  const listed = await runs.list(now() - dayMs);
  const told = listed.flatMap((run) => ('trouble' in run || run.run.node !== node ? [] : [run]));
  const undone = new Set(told.map(({ run }) => run.undoes));
  const bad = told.filter((run) => standing(run) !== 'verified' || undone.has(run.run.id));
  return [...new Set(bad.flatMap((run) => knobsSet(run, service)))];
}
