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

/** Of a run that has no end yet. */
export const openText = (stands: RunStanding): string =>
  stands === 'unknown'
    ? 'it was cut off. A step was sent and has no answer: it may have been carried out or not.'
    : stands === 'running'
      ? 'it was cut off. It did something and has not come to its end.'
      : 'it was cut off. Nothing was sent to the node.';
