import { lockPlaces, lockShell } from '../core/lock-shell.ts';

/**
 * Takes, renews or gives back the lock of a node. Arguments: the verb, the token, the lease in seconds, the owner, the
 * run, and `again` for a run that goes on after its writer has died. What it says of `take` is one line of an outcome, a path and two epochs by the clock of the node: when the lease
 * of another one ends (`-` where there is none), and now. Behind it stands what that one wrote into the file.
 *
 * `busy`: somebody's lease runs. `taken`, also from one whose lease is over or who was the same run. `stays`: that one's file can't be taken away
 * by this user. `strange`: it is no file. `failed`: none can be made, and why.
 */
export const nodeLockScript = `
v=$1 t=$2 l=$3 o=$4 r=$5 g=$6
${lockShell}
say() { printf '%s %s %s %s\\n' "$1" $f "\${m:--}" $n; }

take() {
  n=$(date +%s) old=
  for f in ${lockPlaces}; do
    [ -h $f ] || [ -e $f ] || continue
    if [ -h $f ] || [ ! -f $f ]; then say strange; exit; fi
    m=$(stat -c %Y $f)
    if [ "\${m:-$((n + 1))}" -gt $n ] && ! same; then say busy; head -c 4096 $f; exit; fi
  done
  for f in ${lockPlaces}; do
    [ -f $f ] || continue
    m=$(stat -c %Y $f)
    old=$(head -c 4096 $f)
    if ! rm -f $f; then say stays; printf %s "$old"; exit; fi
  done
  f=/tmp/rackhand.lock
  [ -w $d ] && f=$d/rackhand.lock
  if why=$(make 2>&1); then say taken; printf %s "$old"; else say failed; printf %s "$why"; fi
}

# A run whose writer died goes on under its own name: only one process at a time may write to a run.
same() { [ "$g" = again ] && [ "$(head -c 4096 $f | sed -n 3p)" = "$r" ]; }

# Exclusively, so that nothing that was planted meanwhile is written to, and readable for all who look who holds it.
make() {
  set -C
  umask 022
  exec 7>$f || exit 1
  printf '%s\\n' "$t" "$o" "$r" $n >&7 && lease && exit 0
  rm -f $f
  exit 1
}

release() {
  for f in ${lockPlaces}; do
    if [ -f $f ] && [ ! -h $f ] && ours 7<$f; then rm -f $f && exit 0; exit 77; fi
  done
  exit 75
}

guard
$v
exit 0
`;
