import { captured } from './capture.ts';
import type { ExecReply, FileTrouble, ReadFound } from './command.ts';
import { OpsError } from './errors.ts';
import { clean } from './text.ts';

/** The text of a file that has to be there. Errors: `OUTPUT_UNREADABLE`, naming what the node said instead. */
export function fileText(reply: ReadFound | FileTrouble, path: string): string {
  if (!reply.ok) throw new OpsError('OUTPUT_UNREADABLE', `${path} can not be read: ${reply.message} (${reply.errno})`);
  return bytesText(reply);
}

/** The text of a file, or undefined where it can't be read. */
export const fileTextIfAny = (reply: ReadFound | FileTrouble): string | undefined =>
  reply.ok ? bytesText(reply) : undefined;

/** The whole number that is all a file holds, or null. */
export function fileNumber(reply: ReadFound | FileTrouble): number | null {
  const text = fileTextIfAny(reply)?.trim() ?? '';
  return /^\d+$/.test(text) ? Number(text) : null;
}

const bytesText = ({ bytes }: ReadFound): string => clean(new TextDecoder().decode(bytes));

/** Both outputs of a program, for messages that tools print on either. */
export const bothOutputs = ({ stdout, stderr }: ExecReply): string =>
  clean(`${captured(stdout)}\n${captured(stderr)}`).trim();
