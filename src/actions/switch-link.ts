import { scriptStart } from './script-start.ts';

/**
 * Makes a path lead to a release, in one step that nobody can see half of. Words: the path, where it is to lead or nothing
 * to take the link away, where it leads now or nothing, the beginning of a name beside it, the file that remembers where it
 * led.
 */
export const switchLink = `${scriptStart}
run() { said=$("$@" 2>&1) || lost "$said"; }
path=$1 to=$2 was=$3 made=$4$$ former=$5
if [ -L "$path" ]; then
  [ "$(readlink "$path")" = "$was" ] || end 65 "$path leads to $(readlink "$path") now"
else
  [ ! -e "$path" ] || end 65 "$path is no link"
  [ -z "$was" ] || end 65 "$path is not there any more"
fi
trap 'rm -f "$made"' EXIT
if [ -z "$to" ]; then
  run rm "$path"
else
  [ -f "$to/main.py" ] || end 65 "$to holds no main.py"
  rm -f "$made"
  run ln -s "$to" "$made"
  run mv -fT "$made" "$path"
fi
[ -z "$was" ] || { printf '%s\\n' "$was" >"$former.new" && mv -f "$former.new" "$former"; } 2>/dev/null
exit 0
`;
