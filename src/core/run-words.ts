import type { Approval } from './change-set.ts';
import type { SentEnd } from './run.ts';
import type { RunStanding } from './run-story.ts';

/** How a person gave their word, as the end of a sentence. */
export const approvalWords: Readonly<Record<Approval['how'], string>> = {
  terminal: 'at a terminal',
  elicitation: 'in the client',
  signature: 'by a signature',
};

/** What came of a step that was never proven or seen not to hold. */
export const sentWords: Readonly<Record<SentEnd, string>> = {
  done: 'done, not looked at yet',
  failed: 'failed',
  not_done: 'not done',
  unknown: 'not known',
};

/** Of a run that has no end yet; undefined: nobody looked whether somebody carries it out. */
export function openText(stands: RunStanding, isUnderWay?: boolean): string {
  if (isUnderWay === true) return 'it is under way.';
  const how = isUnderWay === false ? 'it was cut off.' : 'it is under way or was cut off.';
  if (stands === 'unknown') return `${how} A step was sent and has no answer: it may have been carried out or not.`;
  return `${how} ${stands === 'running' ? 'It did something and has not come to its end.' : 'Nothing was sent to the node.'}`;
}
