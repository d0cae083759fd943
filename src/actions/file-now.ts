import { read, stat } from '../core/command.ts';
import { askAll, type Asking } from '../core/probe.ts';
import { sha256 } from '../core/sha256.ts';
import { anew } from '../probes/log-files.ts';
import { utf8 } from './editable-file.ts';
import { refused, type Refused } from './refused.ts';

/** A file that is ours to write: its text, or that there is none, which is `none` as a sum. */
export interface FileNow {
  readonly can: true;
  readonly text: string | null;
  readonly sha: string;
}

const mostBytes = 1_048_576;

export function* fileNow(path: string, become: 'sudo' | undefined): Asking<FileNow | Refused> {
  const [found, content] = yield* askAll([
    stat(path, { become, freshMs: anew }),
    read(path, { bytes: mostBytes, become, freshMs: anew }),
  ] as const);
  if (found.link !== undefined) return refused(`${path} is a link to ${found.link}: declare where it leads.`);
  if (!found.ok && found.errno === 'ENOENT') return { can: true, text: null, sha: 'none' };
  if (!found.ok) return refused(`${path} can not be looked at: ${found.message} (${found.errno}).`);
  if (found.type !== 'file') return refused(`${path} is a ${found.type}, not a file.`);
  if (!content.ok) return refused(`${path} can not be read: ${content.message} (${content.errno}).`);
  const text = utf8(content.bytes);
  if (text === undefined || found.size >= mostBytes) return refused(`${path} is no text of ours.`);
  return { can: true, text, sha: sha256(content.bytes) };
}
