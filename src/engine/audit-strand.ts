import { constants } from 'node:fs';
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { endOf, headsOf } from './audit-end.ts';
import { auditFiles, claim, newId, newToken, pathOf, setFree, type Kind } from './audit-files.ts';
import type { AuditRecord } from './audit-record.ts';
import { chainWriter } from './chain-write.ts';
import { syncFolders } from './sync-folders.ts';

export interface Place {
  readonly folder: string;
  readonly kind: Kind;
  readonly now: () => number;
}

/** The right to write to a file: this process has it until it gives it back or ends. */
export interface Seat {
  readonly id: string;
  readonly token: string;
}

/** A file of the audit that this process writes to. */
export interface Strand {
  readonly chain: ReturnType<typeof chainWriter>;
  /** Says that nothing was cut off behind it, and lets others write on, unless it is full. */
  end(full: boolean): Promise<void>;
  /** Closes what can't be written to now. */
  abandon(): Promise<void>;
}

/** The right to a file that nobody writes to, or to one that is yet to be made. */
export async function takeSeat({ folder, kind, now }: Place): Promise<Seat> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolders(folder, made);
  for (const found of await auditFiles(folder)) {
    const token = found.kind === kind ? await claim(folder, found) : undefined;
    // What is not as it was written, or not ours to write to, is left to the one who verifies.
    if (token !== undefined && (await canGoOn(folder, found.id))) return { id: found.id, token };
  }
  const id = newId(kind, now());
  return { id, token: await newToken(folder, id) };
}

async function canGoOn(folder: string, id: string): Promise<boolean> {
  const file = await openToWrite(folder, id).catch(() => undefined);
  const end = file && (await endOf(file).catch(() => undefined));
  await file?.close();
  return end !== undefined;
}

const openToWrite = (folder: string, id: string): Promise<FileHandle> => {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  return open(pathOf(folder, id), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
};

/**
 * Begins to write. The first line says who writes from here on, and names the heads of all other files: whoever cuts or
 * removes one of these would have to write this line anew, and all behind it.
 */
export async function openStrand({ folder, kind, now }: Place, { id, token }: Seat): Promise<Strand> {
  const file = await openToWrite(folder, id);
  try {
    const chain = chainWriter({ file, now, found: await endOf(file) });
    const heads = await headsOf(folder, id);
    const began: AuditRecord = {
      type: 'began',
      when: now(),
      format: 1,
      file: id,
      pid: process.pid,
      host: hostname(),
      heads,
    };
    await chain.write([began], false);
    // A change is sent on the strength of what stands in there.
    if (kind === 'changes') await syncFolders(folder, undefined);
    return {
      chain,
      async end(full) {
        const ended: AuditRecord = { type: 'ended', when: now() };
        await chain.write([ended], false);
        await file.close();
        await (full ? unlink(join(folder, token)) : setFree(folder, id, token));
      },
      abandon: () => file.close(),
    };
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}
