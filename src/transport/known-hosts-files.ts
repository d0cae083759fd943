import { readFile, stat } from 'node:fs/promises';
import { OpsError } from '../core/errors.ts';
import { knownHosts, type KnownHost } from './known-hosts.ts';

/** A line and the file it stands in. */
export interface Entry extends KnownHost {
  readonly file: string;
}

const read = new Map<string, { readonly stamp: string; readonly entries: readonly Entry[] }>();

/**
 * The entries of known_hosts files, in order; a file that is not there holds none.
 *
 * A file is parsed again when it changed, so that a fleet of hundreds does not parse it hundreds of times. Errors:
 * `CONFIG_INVALID` for a file that can't be read: what it revokes would go unseen.
 */
export const knownHostsEntries = async (files: readonly string[]): Promise<readonly Entry[]> =>
  (await Promise.all(files.map(entriesOf))).flat();

async function entriesOf(file: string): Promise<readonly Entry[]> {
  try {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true });
    const stamp = `${ino} ${size} ${mtimeNs}`;
    const known = read.get(file);
    if (known?.stamp === stamp) return known.entries;
    const entries = knownHosts(await readFile(file, 'utf8')).map((entry) => ({ ...entry, file }));
    read.set(file, { stamp, entries });
    return entries;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) return [];
    throw new OpsError('CONFIG_INVALID', `${file} can not be read: ${String(cause)}`, { cause });
  }
}
