import { opsError } from '../core/errors.ts';
import type { Connection } from './connection.ts';

/** Reason codes of a refused channel, RFC 4254 section 5.1. */
export const prohibited = 1;
export const connectFailed = 2;

/** The reason code of a channel that sshd did not open, or undefined for any other error. */
export const openFailure = (error: unknown): number | undefined =>
  error instanceof Error && 'reason' in error && typeof error.reason === 'number' ? error.reason : undefined;

/**
 * One callback of ssh2 as a promise that also ends when the connection is lost: on a frozen link ssh2 itself never
 * calls back.
 */
export function call<T>(
  connection: Connection,
  start: (done: (error: Error | null | undefined, value: T) => void, fail: (error: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const lost = connection.lost();
    if (lost) return reject(lost);
    const forget = connection.onLost(reject);
    const fail = (error: Error) => {
      forget();
      reject(connection.lost() ?? error);
    };
    const done = (error: Error | null | undefined, value: T) => {
      if (error) return fail(error);
      forget();
      resolve(value);
    };
    try {
      start(done, fail);
    } catch (error) {
      fail(opsError(error));
    }
  });
}
