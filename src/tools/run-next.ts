import type { Next } from '../core/report.ts';
import { runEnds } from '../core/run.ts';
import { canUndo, standing, type RunStory } from '../core/run-story.ts';

/** What can be done about a run as it stands: hear of it or stop it, finish it, or take it back. */
export function runNext(story: RunStory, isUnderWay: boolean): readonly Next[] {
  const { id: run } = story.run;
  if (isUnderWay) return untilEnd(run);
  const stands = standing(story);
  if (story.closed === undefined || !runEnds.some((end) => end === stands))
    return [
      { say: 'To finish it, from where it stands:', tool: 'run_resume', args: { run } },
      { say: 'Or to take back what it did:', tool: 'run_resume', args: { run, way: 'back' } },
    ];
  return canUndo(story) ? [{ say: 'To take it back:', tool: 'run_undo', args: { run } }] : [];
}

/** What can be done about a run that is under way. */
export const untilEnd = (run: string): readonly Next[] => [
  { say: 'To hear how it ends:', tool: 'run_show', args: { run, wait: 45 } },
  { say: 'To stop it at the next safe point:', tool: 'run_cancel', args: { run } },
];
