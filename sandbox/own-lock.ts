import { spawnSync } from 'node:child_process';

/** Puts a folder of the sandbox where the lock of a node lies, and becomes the command. */
const bound = 'mount --bind "$1" /run/lock && exec /bin/sh -c "$2"';

let answer: boolean | undefined;

/**
 * Whether commands of a sandbox can be given a mount namespace of their own, which takes root on Linux. Without one, all
 * sandboxes of a machine share its lock, so that they are changed one after the other.
 */
export const canOwnLock = (): boolean =>
  (answer ??= spawnSync('unshare', ['-m', '/bin/sh', '-c', bound, 'sandbox', '/tmp', 'true']).status === 0);

/** A command line as words, with the lock of its sandbox where that has one of its own. */
export const wordsOf = (line: string, lock: string | undefined): readonly [string, ...string[]] =>
  lock === undefined ? ['/bin/sh', '-c', line] : ['unshare', '-m', '/bin/sh', '-c', bound, 'sandbox', lock, line];
