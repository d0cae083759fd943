import type { FileHandle } from 'node:fs/promises';
import type { Seam } from '../core/run.ts';
import { tornMark } from './chain-read.ts';
import { lineOf, sha256, type Link } from './journal-line.ts';

/** How a file of chained lines ends: the place of its next line, what a crash has torn behind the last one, its length. */
export interface ChainEnd {
  readonly next: Link;
  readonly torn: Buffer;
  readonly bytes: number;
}

/** Writes on a file of chained lines, one call at a time; after a call that failed nobody knows how it ends. */
export function chainWriter({ file, now, found }: { file: FileHandle; now: () => number; found: ChainEnd }) {
  let { next, torn, bytes } = found;
  return {
    /** Resolves with what was written, the seam before it included, and not before the disk has it where `sync` is asked. */
    async write<Kept extends object>(records: readonly Kept[], sync: boolean): Promise<readonly (Kept | Seam)[]> {
      const { size, nlink } = await file.stat();
      if (nlink === 0 || size !== bytes) throw new Error('someone else has changed or removed it');
      const written = [...seamOf(torn, now), ...records];
      const lines = linesOf(written, next);
      const added = Buffer.concat([...(torn.length > 0 ? [tornMark] : []), lines.bytes]);
      await file.appendFile(added);
      if (sync) await file.datasync();
      bytes += added.length;
      next = lines.next;
      torn = Buffer.alloc(0);
      return written;
    },
    /** Number and sha256 of the last line. */
    last: () => ({ seq: next.seq - 1, hash: next.prev }),
    bytes: () => bytes,
  };
}

/** What vouches for the bytes that a crash has torn, with the mark that ends them. */
function seamOf(torn: Buffer, now: () => number): readonly Seam[] {
  if (torn.length === 0) return [];
  const left = Buffer.concat([torn, tornMark]);
  return [{ type: 'seam', when: now(), bytes: left.length, sha256: sha256(left) }];
}

function linesOf(records: readonly object[], from: Link): { bytes: Buffer; next: Link } {
  let next = from;
  const lines = records.map((record) => {
    const made = lineOf(record, next);
    next = made.next;
    return Buffer.concat([made.line, Buffer.from('\n')]);
  });
  return { bytes: Buffer.concat(lines), next };
}
