import type { Cell } from '../core/page.ts';
import { standing, type RunStory } from '../core/run-story.ts';

/** Whether anything reached the node, or may have. */
export const wasSent = ({ steps }: RunStory): boolean =>
  steps.some(({ ways }) => ways.do !== undefined && ways.do.how !== 'not_done');

/** A run, and what its own journal does not tell of it. */
export interface Told {
  readonly story: RunStory;
  /** Somebody carries it out now. */
  readonly isUnderWay: boolean;
  /** The run that has taken it back since. */
  readonly takenBackBy: string | undefined;
}

/** How a run stands, in a word or two. */
export function ending({ story, isUnderWay, takenBackBy }: Told): Cell {
  if (isUnderWay) return { text: 'Under way', tone: 'plain' };
  if (story.closed === undefined) return { text: 'Cut off', tone: 'unknown' };
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
