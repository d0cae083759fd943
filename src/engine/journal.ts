import { mkdir, open, readFile, unlink } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { OpsError } from '../core/errors.ts';
import { runIdSchema, type Run } from '../core/run.ts';
import { errnoOf } from './errno.ts';
import { journalText } from './journal-read.ts';
import { failed, journalWriter, type Found, type Journal } from './journal-write.ts';
import { lockRun } from './run-lock.ts';
import { syncFolders } from './sync-folders.ts';

/** Makes the journal of a new run and has it on disk, its folder too. Errors: `JOURNAL_FAILED`, `RUN_BUSY`. */
export async function createJournal(folder: string, run: Run, now: () => number = Date.now): Promise<Journal> {
  const path = pathOf(folder, run.id);
  const made = await mkdir(folder, { recursive: true, mode: 0o700 }).catch(failed(path));
  const release = await lockRun(folder, run.id).catch(failed(path));
  try {
    const file = await open(
      path,
      constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL,
      0o600,
    );
    const { write, journal } = journalWriter({
      path,
      file,
      release,
      now,
      found: { ...journalText(Buffer.alloc(0)), bytes: 0 },
    });
    try {
      await write({ type: 'started', when: now(), format: 1, run });
      await syncFolders(folder, made);
    } catch (thrown) {
      await file.close();
      // A run that never began is none that anybody has to look after.
      await unlink(path).catch(() => undefined);
      throw thrown;
    }
    return journal;
  } catch (thrown) {
    await release();
    return failed(path)(thrown);
  }
}

/**
 * Opens the journal of a run to go on with it. It cuts nothing; one that is broken is read up to there and takes no line.
 *
 * Errors: `UNKNOWN_RUN`, `RUN_BUSY`, `JOURNAL_FAILED`.
 */
export async function openJournal(folder: string, id: string, now: () => number = Date.now): Promise<Journal> {
  const path = pathOf(folder, id);
  // Before the lock: there may not even be a folder to lock in.
  await bytesOf(path, id);
  const release = await lockRun(folder, id).catch(failed(path));
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
    const { journal } = journalWriter({ path, file, release, now, found: textOf(await bytesOf(path, id), id) });
    return journal;
  } catch (thrown) {
    await release();
    return failed(path)(thrown);
  }
}

/** Looks at a run without going on with it. While another writes to it, its last line can look torn. Errors: `UNKNOWN_RUN`, `JOURNAL_FAILED`. */
export async function readJournal(folder: string, id: string): Promise<Pick<Journal, 'records' | 'condition'>> {
  const { records, condition } = textOf(await bytesOf(pathOf(folder, id), id), id);
  return { records, condition };
}

function pathOf(folder: string, id: string): string {
  if (!runIdSchema.safeParse(id).success) throw unknownRun(id);
  return join(folder, `${id}.jsonl`);
}

const unknownRun = (id: string, cause?: unknown): OpsError =>
  new OpsError('UNKNOWN_RUN', `There is no run ${JSON.stringify(id)}.`, { cause });

async function bytesOf(path: string, id: string): Promise<Buffer> {
  return await readFile(path).catch((thrown: unknown) => {
    if (errnoOf(thrown) === 'ENOENT') throw unknownRun(id, thrown);
    return failed(path)(thrown);
  });
}

/** A journal that begins with another run is broken from its first line on. */
function textOf(bytes: Buffer, id: string): Found {
  const text = journalText(bytes);
  const [first] = text.records;
  if (first === undefined && text.condition.is !== 'broken')
    return { ...text, bytes: bytes.length, condition: { is: 'broken', line: 1, why: 'it was never written whole' } };
  if (first?.type === 'started' && first.run.id !== id)
    return { ...text, bytes: bytes.length, condition: { is: 'broken', line: 1, why: `it is of run ${first.run.id}` } };
  return { ...text, bytes: bytes.length };
}
