import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { auditFiles, isMissing, pathOf } from './audit-files.ts';
import type { Head } from './audit-record.ts';
import { tornMark } from './chain-read.ts';
import type { ChainEnd } from './chain-write.ts';
import { firstLink, isWhole, sha256 } from './journal-line.ts';

const seqSchema = z.object({ seq: z.number().int() });
const glance = 16_384;

/** How a file ends, by its last lines alone: what stands before them is for the one who verifies. */
export async function endOf(file: FileHandle): Promise<ChainEnd> {
  const { size } = await file.stat();
  for (const many of [glance, size]) {
    const from = Math.max(0, size - many);
    const bytes = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const end = endIn(bytes.subarray(0, bytesRead), from > 0);
    if (end !== undefined) return { ...end, bytes: from + bytesRead };
  }
  throw new Error('its last line is not as it was written');
}

function endIn(bytes: Buffer, partly: boolean): Omit<ChainEnd, 'bytes'> | undefined {
  let torn = bytes.lastIndexOf(10) + 1;
  while (bytes.subarray(0, torn).subarray(-tornMark.length).equals(tornMark)) torn = beginOf(bytes, torn);
  if (torn === 0) return partly ? undefined : { next: firstLink, torn: bytes };
  const begin = beginOf(bytes, torn);
  const line = bytes.subarray(begin, torn - 1);
  if ((begin === 0 && partly) || !isWhole(line)) return undefined;
  const { seq } = seqSchema.parse(JSON.parse(line.toString('utf8')));
  return { next: { seq: seq + 1, prev: sha256(line) }, torn: bytes.subarray(torn) };
}

/** Where the line begins that ends at `end`. */
const beginOf = (bytes: Buffer, end: number): number => (end < 2 ? 0 : bytes.lastIndexOf(10, end - 2) + 1);

/** The heads of all files but one, as far as they can be read; what can't is for the one who verifies. */
export async function headsOf(folder: string, except?: string): Promise<Head[]> {
  const ids = (await auditFiles(folder)).map(({ id }) => id).filter((id) => id !== except);
  const heads = await Promise.all(ids.map((id) => headOf(folder, id).catch(() => undefined)));
  return heads.filter((head) => head !== undefined);
}

/** Undefined for a file without a whole line, or that is gone. */
export async function headOf(folder: string, id: string): Promise<Head | undefined> {
  const file = await open(pathOf(folder, id)).catch((thrown: unknown) => {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  });
  try {
    const end = file && (await endOf(file));
    // What is named must not be lost with the power while the line that names it is not.
    await file?.datasync();
    return end === undefined || end.next.seq === 1
      ? undefined
      : { file: id, seq: end.next.seq - 1, hash: end.next.prev };
  } finally {
    await file?.close();
  }
}
