import type { z } from 'zod';
import type { Seam } from '../core/run.ts';
import { firstLink, isWhole, recordOf, sha256, type Link } from './journal-line.ts';

/** What a crash leaves is torn at its end; anything else that is not as it was written is broken. */
export type Condition =
  | { readonly is: 'whole' }
  | { readonly is: 'torn'; readonly bytes: number }
  | { readonly is: 'broken'; readonly line: number; readonly why: string };

/** What the lines of a file may say. */
interface Grammar<Kept> {
  readonly schema: z.ZodType<Kept>;
  /** Why a record may not stand where it does; `first`: there is nothing before it. */
  misplaced(record: Kept, first: boolean): string | undefined;
}

export interface ChainText<Kept> {
  /** Those before the first bad line. */
  readonly records: readonly Kept[];
  /** The sha256 of the line of each. */
  readonly hashes: readonly string[];
  readonly condition: Condition;
  readonly next: Link;
  /** The bytes at the end that no seam covers yet. */
  readonly torn: Buffer;
}

/** Ends a torn line. No whole line ends so, and the seam record after it vouches for all that was torn. */
export const tornMark = Buffer.from(' [torn]\n');

const isSeam = (record: { readonly type: string }): record is Seam => record.type === 'seam';

/**
 * Reads a file of chained lines and tells what of it can be believed.
 *
 * A line counts only with its end: what was not written to its end was not acknowledged either, and nothing was done on
 * the strength of it.
 */
export function chainText<Kept extends { readonly type: string }>(
  bytes: Buffer,
  { schema, misplaced }: Grammar<Kept>,
): ChainText<Kept> {
  const records: Kept[] = [];
  const hashes: string[] = [];
  let next = firstLink;
  let line = 0;
  let torn: { readonly at: number; readonly line: number } | undefined;
  const tell = (condition: Condition): ChainText<Kept> => ({
    records,
    hashes,
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
      const record = recordOf(found, next, schema);
      // A seam that is whole and has another place to fit accuses the lines that it follows.
      if (typeof record === 'string')
        return tell({ is: 'broken', line: isWhole(found) ? (torn?.line ?? line) : line, why: record });
      const seam = isSeam(record) ? record.sha256 : undefined;
      if (seam !== (torn && sha256(bytes.subarray(torn.at, at))))
        return tell({ is: 'broken', line: torn?.line ?? line, why: 'the seam does not fit what was torn' });
      const wrong = misplaced(record, records.length === 0 && torn === undefined);
      if (wrong !== undefined) return tell({ is: 'broken', line, why: wrong });
      records.push(record);
      next = { seq: next.seq + 1, prev: sha256(found) };
      hashes.push(next.prev);
      torn = undefined;
    }
    at = end + 1;
  }
  if (torn !== undefined) return tell({ is: 'torn', bytes: bytes.length - torn.at });
  return tell({ is: 'whole' });
}
