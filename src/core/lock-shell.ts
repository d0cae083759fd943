import { OpsError } from './errors.ts';

/**
 * Where the lock of a node may be. Not every user can write to the first one, so everybody looks at both: root and a
 * plain user keep each other out.
 */
export const lockPlaces = '/run/lock/rackhand.lock /tmp/rackhand.lock';

const exits = { unavailable: 69, guarded: 73, lost: 75, denied: 77 } as const;

/**
 * What is done with the lock on the node, as functions of one line of sh; `t` is the token and `l` the lease in seconds.
 *
 * `guard` takes flock on `d`, the folder that every user of the node can look into: /run/lock, else /tmp. It holds for as
 * long as its shell lives; the kernel gives it back, whatever ends that shell. `lease` puts off the end of the lease,
 * which is the mtime of the file open as 7, and never brings it nearer; by the open file, because a path may lead
 * elsewhere a moment later. `ours` tells whether that file holds the token. `renew` ends the shell: 0, or one of `exits`.
 */
export const lockShell = [
  'd=/run/lock; for p in /run $d; do case $(stat -L -c %A $p) in d??????r?[xt]) ;; *) d=/tmp; break;; esac; done',
  `guard() { command -v flock >/dev/null || exit ${exits.unavailable}; exec 8<$d || exit ${exits.guarded}; flock -n 8 || timeout 8 flock 8 || exit ${exits.guarded}; }`,
  'ours() { [ "$(head -c $((${#t} + 1)) <&7)" = "$t" ]; }',
  'lease() { e=$(($(date +%s) + l)); [ "$(stat -L -c %Y /proc/self/fd/7)" -ge $e ] || touch -c -d @$e /proc/self/fd/7; }',
  `renew() { for f in ${lockPlaces}; do [ -f $f ] && [ ! -h $f ] && { if ours; then lease && exit 0; exit ${exits.denied}; fi; } 7<$f; done; exit ${exits.lost}; }`,
].join('; ');

/** Why the shell above did not do `what`, by the exit code that it ended with. */
export function lockTrouble(exitCode: number | null, what: string): OpsError {
  switch (exitCode) {
    case exits.lost:
      return new OpsError('LOCK_LOST', `${what}: the lock of the node is not ours any more.`, {
        hint: 'Others may have changed the node since: look at it, and plan anew.',
      });
    case exits.unavailable:
      return new OpsError('REFUSED_BY_NODE', `${what}: the node has no flock, and without it nothing is locked.`, {
        hint: 'Install util-linux there.',
      });
    case exits.guarded:
      return new OpsError('REFUSED_BY_NODE', `${what}: something there holds flock on /run/lock or /tmp.`, {
        hint: 'See there what it is: lslocks, or fuser /run/lock /tmp.',
      });
    case exits.denied:
      return new OpsError('REFUSED_BY_NODE', `${what}: the login user may not write to the lock of the node.`, {
        hint: 'Whoever changes the node has to be the user who took its lock, or root: see `become` in the fleet file.',
      });
    default:
      return new OpsError('REFUSED_BY_NODE', `${what}: the script that looks at the lock ended with ${exitCode}.`, {
        hint: 'The login user needs a shell there that runs sh, with date, head, stat, touch and timeout.',
      });
  }
}
