import { link, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import { errnoOf } from './errno.ts';
import { fateOf, ownMark, type ProcessMark } from './process-mark.ts';

const holderSchema: z.ZodType<ProcessMark> = z.object({
  pid: z.number().int().min(1),
  host: z.string(),
  boot: z.string(),
  born: z.string(),
});

/**
 * Takes the one right to write to a run; what it returns gives it back.
 *
 * Lock files are numbered and the highest counts. That of a dead process stays where it is and is outnumbered, never
 * removed: two that find it at once both try for the same next number, and the file system lets one of them have it.
 * Errors: `RUN_BUSY`.
 */
export async function lockRun(folder: string, id: string): Promise<() => Promise<void>> {
  const own = await ownMark();
  // Linked into place, so that nobody ever reads half of it.
  const draft = join(folder, `${id}.lock-draft-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await writeFile(draft, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    for (;;) {
      const highest = await highestLock(folder, id);
      if (highest > 0) await mustBeDead(join(folder, lockName(id, highest)), id, own);
      const lock = join(folder, lockName(id, highest + 1));
      const taken = await link(draft, lock).then(
        () => true,
        (thrown: unknown) => {
          if (errnoOf(thrown) === 'EEXIST') return false;
          throw thrown;
        },
      );
      if (taken) return () => unlink(lock);
    }
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

const lockName = (id: string, number: number): string => `${id}.lock.${number}`;

async function highestLock(folder: string, id: string): Promise<number> {
  const own = (await readdir(folder)).filter((name) => name.startsWith(`${id}.lock.`));
  return Math.max(0, ...own.map((name) => Number(name.slice(lockName(id, 0).length - 1))).filter(Number.isInteger));
}

/** Whether somebody may be writing to a run: it is under way, unless they have died elsewhere. */
export async function isHeld(folder: string, id: string): Promise<boolean> {
  const highest = await highestLock(folder, id).catch(() => 0);
  if (highest === 0) return false;
  return await mustBeDead(join(folder, lockName(id, highest)), id, await ownMark()).then(
    () => false,
    () => true,
  );
}

/** Errors: `RUN_BUSY` where the holder lives, and where that can't be told. */
async function mustBeDead(lock: string, id: string, own: ProcessMark): Promise<void> {
  const text = await readFile(lock, 'utf8').catch((thrown: unknown) => {
    // Given back since: the next look will not find it.
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  });
  if (text === undefined) return;
  const holder = holderOf(text);
  const busy = (who: string) =>
    new OpsError('RUN_BUSY', `Run ${id} is being written by ${who}.`, {
      hint: `Wait for it to end; if it is certain that it has, remove ${lock}.`,
    });
  if (holder === undefined) throw busy('something that left a lock nobody can read');
  const fate = await fateOf(holder, own);
  if (fate === 'elsewhere') throw busy(`process ${holder.pid} on ${holder.host}, which can't be asked from here`);
  if (fate === 'runs') throw busy(`process ${holder.pid}`);
}

function holderOf(text: string): ProcessMark | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
