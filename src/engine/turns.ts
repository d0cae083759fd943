import { setImmediate as turn } from 'node:timers/promises';

/**
 * Lets nodes begin one turn of the event loop apart: the answers of the first are dealt with while the last is asked.
 *
 * Begun all at once, 200 nodes hold all their questions and answers at the same time, which costs memory and its collection.
 */
export function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return {
    next(): Promise<unknown> {
      last = last.then(() => turn());
      return last;
    },
  };
}
