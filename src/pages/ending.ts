import type { Cell } from '../core/page.ts';
import { standing, type RunStory } from '../core/run-story.ts';

/** Whether anything reached the node, or may have. */
export const wasSent = ({ steps }: RunStory): boolean =>
  steps.some(({ ways }) => ways.do !== undefined && ways.do.how !== 'not_done');

/** How a run stands, in a word or two. */
export function ending(story: RunStory, takenBackBy: string | undefined): Cell {
  if (story.closed === undefined) return { text: 'Not at its end', tone: 'unknown' };
  switch (standing(story)) {
    case 'verified':
      return takenBackBy === undefined
        ? { text: 'Done and proven', tone: 'good' }
        : { text: 'Done, taken back since', tone: 'warn' };
    case 'rolled_back':
      return { text: 'Taken back', tone: 'warn' };
    case 'not_verified':
      return wasSent(story) ? { text: 'Not proven', tone: 'bad' } : { text: 'Nothing done', tone: 'warn' };
    case 'escalated':
      return { text: 'Left to a person', tone: 'bad' };
    default:
      return { text: 'Not known', tone: 'unknown' };
  }
}
