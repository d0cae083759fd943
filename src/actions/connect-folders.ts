import { scriptStart } from './script-start.ts';

/**
 * Connects a release with the folders outside of it. Words: the release, the text of its extra_model_paths.yaml or nothing,
 * then pairs of a path inside and a folder outside that it becomes a link to.
 *
 * A folder in the way is kept, not removed; no folder outside is made, as it may be a mount that is not there yet.
 */
export const connectFolders = `${scriptStart}
umask 022
run() { said=$("$@" 2>&1) || lost "$said"; }
release=$1 text=$2
shift 2
kept=$release/.rackhand/kept
[ -f "$release/.rackhand/fetch" ] || end 65 'the release is not fetched'
if [ -n "$text" ]; then
  said=$({ printf '%s' "$text" >"$release/.rackhand/paths.new"; } 2>&1) || lost "$said"
  run mv -f "$release/.rackhand/paths.new" "$release/extra_model_paths.yaml"
fi
while [ $# -gt 1 ]; do
  at=$release/$1 to=$2
  [ -d "$to" ] || end 66 "$to is not there, and $1 is declared as a link to it"
  run mkdir -p "\${at%/*}"
  if [ -e "$at" ] && [ ! -L "$at" ]; then
    [ ! -e "$kept/$1" ] || end 65 "$at is a folder again, and one of its name is kept already"
    run mkdir -p "$kept/$1"
    run rmdir "$kept/$1"
    run mv "$at" "$kept/$1"
  fi
  run rm -f "$release/.rackhand/link.new"
  run ln -s "$to" "$release/.rackhand/link.new"
  run mv -fT "$release/.rackhand/link.new" "$at"
  shift 2
done
`;
