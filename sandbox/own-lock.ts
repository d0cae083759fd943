import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesOf, textOf } from './service-host.ts';

/** Puts a folder of the sandbox where the lock of a node lies, and becomes the command. */
const bound = 'mount --bind "$1" /run/lock && exec /bin/sh -c "$2"';

let answer: boolean | undefined;

/**
 * Whether commands of a sandbox can be given a mount namespace of their own, which takes root on Linux. Without one, all
 * sandboxes of a machine share its lock, so that they are changed one after the other.
 */
export const canOwnLock = (): boolean =>
  (answer ??= spawnSync('unshare', ['-m', '/bin/sh', '-c', bound, 'sandbox', '/tmp', 'true']).status === 0);

/** Takes the lock of this machine away where a run of this sandbox has left it: the node that it was for is gone. */
export function dropLock(folder: string): void {
  const runs = filesOf(join(folder, 'state', 'runs')).map((file) => basename(file).replace(/\..*$/, ''));
  for (const file of ['/run/lock/rackhand.lock', '/tmp/rackhand.lock']) {
    const holder = textOf(file);
    if (runs.some((run) => holder.includes(run))) rmSync(file, { force: true });
  }
}

/** A command line as words, with the lock of its sandbox where that has one of its own. */
export const wordsOf = (line: string, lock: string | undefined): readonly [string, ...string[]] =>
  lock === undefined ? ['/bin/sh', '-c', line] : ['unshare', '-m', '/bin/sh', '-c', bound, 'sandbox', lock, line];
