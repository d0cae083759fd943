import { gitCheckout } from './git-checkout.ts';
import { pipInstall } from './pip-install.ts';
import { scriptStart } from './script-start.ts';

/**
 * Installs custom nodes one after the other: one that fails is taken out, its reason is written down, and the others go
 * on. Only a full disk ends all of it.
 *
 * Words: uv or pip, the release, how many; of each its name, from where, the URL of its origin, the ref, its requirements
 * file and its install script; then the words for pip.
 */
export const installNodes = `${scriptStart}${gitCheckout}${pipInstall}
umask 022
tool=$1 release=$2 left=$3
shift 3
stamps=$release/.rackhand venv=$release/venv
[ -f "$stamps/requirements" ] || end 65 'the requirements of the release are not installed'
one() (
  at=$release/custom_nodes/$1 wants=$5 script=$6
  made=$stamps/made-$1
  run mkdir -p "$release/custom_nodes"
  run rm -rf "$made" "$at"
  checkout "$2" "$3" "$4" "$made"
  run mv "$made" "$at"
  shift 6
  shift $(((left - 1) * 6))
  [ -n "$wants" ] || [ ! -f "$at/requirements.txt" ] || wants=requirements.txt
  if [ -n "$wants" ]; then
    [ -f "$at/$wants" ] || end 66 "it holds no $wants"
    run add_packages "$@" -r "$at/$wants"
  fi
  if [ -n "$script" ]; then
    [ -f "$at/$script" ] || end 66 "it holds no $script"
    cd "$at" || end 74 "$at can not be entered"
    run "$venv/bin/python" "$script"
  fi
  said=$({ printf 'ok %s\\n' "$commit" >"$stamps/node-$name"; } 2>&1) || lost "$said"
)
run rm -f "$stamps/validate"
mend
while [ "$left" -gt 0 ]; do
  name=$1
  run rm -f "$stamps/node-$name"
  why=$(one "$@" 2>&1)
  how=$?
  if [ "$how" != 0 ]; then
    rm -rf "$stamps/made-$name" "\${release:?}/custom_nodes/$name"
    [ "$how" != 73 ] || end 73 "$name: $why"
    why=$(printf '%s' "$why" | tail -n 3 | tail -c 600)
    said=$({ printf 'failed %s\\n' "$why" >"$stamps/node-$name"; } 2>&1) || lost "$said"
    printf '%s was left out: %s\\n' "$name" "$why"
  fi
  shift 6
  left=$((left - 1))
done
`;
