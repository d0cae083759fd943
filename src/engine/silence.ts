import { capture } from '../core/capture.ts';
import type { Command, Reply } from '../core/command.ts';
import { opsError } from '../core/errors.ts';

/** No answer in time as the reply that it is to a command whose silence tells; any other error is thrown on. */
export function silence({ ask, silence: tells }: Command<'observe'>, thrown: unknown, start: number): Reply {
  const { code, message } = opsError(thrown);
  if (tells === undefined || (code !== 'DEADLINE' && code !== 'WEDGED')) throw thrown;
  const timed = { at: Date.now(), ms: performance.now() - start };
  if (ask.kind !== 'exec') return { ok: false, errno: 'ETIMEDOUT', message, ...timed };
  return { exitCode: null, signal: null, stdout: capture(''), stderr: capture(message), ...timed };
}
