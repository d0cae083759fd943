import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OpsError } from '../core/errors.ts';
import { errnoOf } from './errno.ts';
import { syncFolders } from './sync-folders.ts';

/**
 * Has a text on disk whole or not at all, and readable by its owner only.
 *
 * With `once` a file that is there stays as it is: of many that write at once, one is told true. Errors: `STATE_FAILED`.
 */
export async function writeWhole(path: string, text: string, { once = false } = {}): Promise<boolean> {
  const folder = dirname(path);
  const draft = join(folder, `.draft-${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    const isOurs = await put(draft, path, once);
    await syncFolders(folder, made);
    return isOurs;
  } catch (thrown) {
    return stateFailed(path)(thrown);
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

async function put(draft: string, path: string, once: boolean): Promise<boolean> {
  if (!once) {
    await rename(draft, path);
    return true;
  }
  return await link(draft, path).then(
    () => true,
    (thrown: unknown) => {
      if (errnoOf(thrown) === 'EEXIST') return false;
      throw thrown;
    },
  );
}

/** What a file of ours says, or as a sentence's end why it can not be relied on; undefined where there is none. */
export async function readWhole(
  path: string,
): Promise<{ readonly text: string } | { readonly wrong: string } | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { uid, mode } = await file.stat();
      if (uid !== process.getuid?.() || (mode & 0o022) !== 0)
        return { wrong: 'could have been written by another user' };
      return { text: await file.readFile('utf8') };
    } finally {
      await file.close();
    }
  } catch (thrown) {
    return errnoOf(thrown) === 'ENOENT' ? undefined : { wrong: `can not be read (${String(errnoOf(thrown))})` };
  }
}

/** Throws what kept us from what is kept on this machine. */
export const stateFailed =
  (path: string) =>
  (cause: unknown): never => {
    if (cause instanceof OpsError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OpsError('STATE_FAILED', `${path} can not be kept or looked at (${why}).`, {
      cause,
      hint: 'Look at the disk and at whose folder it is; RACKHAND_STATE names another one.',
    });
  };
