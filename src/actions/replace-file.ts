import { scriptStart } from './script-start.ts';

/**
 * Puts another content in the place of a file, or leaves all as it was.
 *
 * Words: its path, where that leads, the backup, the beginning of a name for what is being made, the sha256 that it has and
 * the one that it is to have, and `edit`, which takes the content from the input and keeps the backup, or `undo`, which
 * takes it from the backup and removes that.
 *
 * The name of what is being made ends in the number of the shell, so that a trap knows it before it is there; what one
 * that was killed has left is removed by the next. `cp -a` takes along owner, mode, access list and label, and `ls`
 * proves the first three, with a + for a list. `dd` syncs this one file: a whole `sync` waits for dead mounts.
 * A backup that was made for nothing goes again.
 */
export const replaceFile = `${scriptStart}umask 077
path=$1 real=$2 kept=$3 made=$4 was=$5 will=$6 way=$7
temp=$made$$ mine=
sum() { said=$({ sha256sum <"$1"; } 2>&1) || lost "$said"; sum=\${said%% *}; }
who() ( set -f; set -- $(ls -ldn "$1"); printf '%s %s:%s' "$1" "$3" "$4" )
unchanged() {
  [ "$(readlink -f "$path")" = "$real" ] && [ -f "$real" ] || end 65 'its path leads elsewhere now'
  sum "$real"
  [ "$sum" = "$was" ] || end 65 'its content is another now'
}
copy() {
  said=$({ set -C; : >"$temp"; } 2>&1) || lost "$said"
  said=$(cp -a "$real" "$temp" 2>&1) || lost "$said"
}
move() { said=$(mv -f "$temp" "$1" 2>&1) || lost "$said"; }
trap 'rm -f "$temp"; [ -z "$mine" ] || rm -f "$kept"' EXIT
trap 'exit 143' TERM
trap 'exit 129' HUP INT PIPE
unchanged
rm -f "$made"*
if [ "$way" = edit ]; then
  [ ! -d "$kept" ] || end 74 'a folder stands where the backup belongs'
  [ ! -L "$kept" ] || rm -f "$kept"
  if [ -f "$kept" ]; then sum "$kept"; else sum=; fi
  if [ "$sum" != "$was" ]; then
    copy
    sum "$temp"
    [ "$sum" = "$was" ] || end 65 'its content is another now'
    mine=yes
    move "$kept"
  fi
fi
copy
fixed=
[ -w "$temp" ] || { chmod u+w "$temp"; fixed=yes; }
said=$({ if [ "$way" = edit ]; then cat; else cat "$kept"; fi >"$temp"; } 2>&1) || lost "$said"
[ -z "$fixed" ] || chmod u-w "$temp"
said=$(dd if=/dev/null of="$temp" conv=notrunc,fsync 2>&1) || lost "$said"
sum "$temp"
[ "$sum" = "$will" ] || end 74 'what was written is not what was meant'
[ "$(who "$temp")" = "$(who "$real")" ] || end 77 "its mode and owner $(who "$real") would become $(who "$temp")"
unchanged
trap '' TERM HUP INT PIPE
move "$real"
mine=
[ "$way" = edit ] || rm -f "$kept"
`;
