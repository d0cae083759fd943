import { OpsError } from '../core/errors.ts';
import type { Executor } from './executor.ts';

/** The same executor with at most `most` lines running at once; the others wait for their turn. */
export function withSlots(executor: Executor, most: number): Executor {
  const queue: (() => void)[] = [];
  let busy = 0;

  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else busy -= 1;
  };

  function enter(signal?: AbortSignal): Promise<void> {
    if (busy < most) {
      busy += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const aborted = () => {
        queue.splice(queue.indexOf(go), 1);
        reject(new OpsError('CANCELLED', 'cancelled before there was room for it'));
      };
      const go = () => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      };
      signal?.addEventListener('abort', aborted, { once: true });
      queue.push(go);
    });
  }

  return {
    async start(line, outputs, signal) {
      await enter(signal);
      try {
        const running = await executor.start(line, outputs, signal);
        running.ended.then(leave, leave);
        return running;
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}
