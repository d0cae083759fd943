import type { Command, FileTrouble } from '../core/command.ts';
import { opsError } from '../core/errors.ts';

/** A question about a file that hangs, as the trouble it is, where whoever asks wants to judge that itself. */
export function lateAnswer({ late, deadlineMs }: Command<'observe'>, thrown: unknown): FileTrouble {
  const { code, message } = opsError(thrown);
  if (late !== 'answer' || (code !== 'DEADLINE' && code !== 'WEDGED')) throw thrown;
  return { ok: false, errno: 'ETIMEDOUT', message, at: Date.now(), ms: deadlineMs };
}
