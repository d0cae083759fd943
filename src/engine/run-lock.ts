import { link, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import { errnoOf } from './errno.ts';

const holderSchema = z.object({
  pid: z.number().int().min(1),
  host: z.string(),
  boot: z.string(),
  /** Tells a process from a later one with its number: clock ticks after boot, `/proc/PID/stat`. */
  born: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

/**
 * Takes the one right to write to a run; what it returns gives it back.
 *
 * Lock files are numbered and the highest counts. That of a dead process stays where it is and is outnumbered, never
 * removed: two that find it at once both try for the same next number, and the file system lets one of them have it.
 * Errors: `RUN_BUSY`.
 */
export async function lockRun(folder: string, id: string): Promise<() => Promise<void>> {
  const boot = await bootId();
  const own: Holder = { pid: process.pid, host: hostname(), boot, born: await bornOf(process.pid) };
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

/** Errors: `RUN_BUSY` where the holder lives, and where that can't be told. */
async function mustBeDead(lock: string, id: string, own: Holder): Promise<void> {
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
  if (holder.host !== own.host) throw busy(`process ${holder.pid} on ${holder.host}, which can't be asked from here`);
  if (holder.boot === own.boot && isAlive(holder.pid) && (await bornOf(holder.pid)) === holder.born)
    throw busy(`process ${holder.pid}`);
}

function holderOf(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return errnoOf(thrown) !== 'ESRCH';
  }
}

const bootId = async (): Promise<string> =>
  (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();

async function bornOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in brackets may hold anything, blanks and brackets too: the fields are counted behind it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
