import type { RunRecord } from '../core/run.ts';
import { firstLink, isWhole, recordOf, sha256, type Link } from './journal-line.ts';

/** What a crash leaves is torn at its end; anything else that is not as it was written is broken. */
export type Condition =
  | { readonly is: 'whole' }
  | { readonly is: 'torn'; readonly bytes: number }
  | { readonly is: 'broken'; readonly line: number; readonly why: string };

export interface JournalText {
  /** Those before the first bad line. */
  readonly records: readonly RunRecord[];
  readonly condition: Condition;
  readonly next: Link;
  /** The bytes at the end that no seam covers yet. */
  readonly torn: Buffer;
}

/** Ends a torn line. No whole line ends so, and the seam record after it vouches for all that was torn. */
export const tornMark = Buffer.from(' [torn]\n');

/**
 * Reads a journal and tells what of it can be believed.
 *
 * A line counts only with its end: what was not written to its end was not acknowledged either, and nothing was done on
 * the strength of it.
 */
export function journalText(bytes: Buffer): JournalText {
  const records: RunRecord[] = [];
  let next = firstLink;
  let line = 0;
  let torn: { readonly at: number; readonly line: number } | undefined;
  const tell = (condition: Condition): JournalText => ({
    records,
    condition,
    next,
    torn: bytes.subarray(torn?.at ?? bytes.length),
  });

  for (let at = 0; at < bytes.length;) {
    line += 1;
    const end = bytes.indexOf('\n', at);
    const found = bytes.subarray(at, end === -1 ? bytes.length : end);
    if (end === -1) {
      if (isWhole(found.subarray(0, -1))) return tell({ is: 'broken', line, why: 'its end is not the one written' });
      torn ??= { at, line };
      break;
    }
    if (
      bytes
        .subarray(at, end + 1)
        .subarray(-tornMark.length)
        .equals(tornMark)
    ) {
      torn ??= { at, line };
    } else {
      const record = recordOf(found, next);
      // A seam that is whole and has another place to fit accuses the lines that it follows.
      if (typeof record === 'string')
        return tell({ is: 'broken', line: isWhole(found) ? (torn?.line ?? line) : line, why: record });
      const seam = record.type === 'seam' ? record.sha256 : undefined;
      if (seam !== (torn && sha256(bytes.subarray(torn.at, at))))
        return tell({ is: 'broken', line: torn?.line ?? line, why: 'the seam does not fit what was torn' });
      if ((record.type === 'started') !== (records.length === 0 && torn === undefined))
        return tell({ is: 'broken', line, why: 'a run starts once, on its first line' });
      records.push(record);
      next = { seq: next.seq + 1, prev: sha256(found) };
      torn = undefined;
    }
    at = end + 1;
  }
  if (torn !== undefined) return tell({ is: 'torn', bytes: bytes.length - torn.at });
  return tell({ is: 'whole' });
}
