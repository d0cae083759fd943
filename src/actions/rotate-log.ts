import { scriptStart } from './script-start.ts';

/** As many older logs are kept. */
export const mostKept = 5;

/**
 * Copies a log beside itself and empties it in place, so that whoever writes it goes on in the same file.
 *
 * Words: the log, the beginning of a hidden name for the copy, the least size. Older ones move up as far as the first
 * number that is free, so that one that was ended halfway loses nothing more when it is done again. The copy is on the
 * disk before the log is emptied; what was written meanwhile is added to it last, and only what comes in the moment after
 * that is lost.
 */
export const rotateLog = `${scriptStart}
umask 077
path=$1 made=$2 least=$3
temp=$made$$
trap 'rm -f "$temp"' EXIT
trap 'exit 143' TERM
trap 'exit 129' HUP INT PIPE
sized() { stat -c %s "$1"; }
[ ! -L "$path" ] && [ -f "$path" ] || end 65 'it is no file now'
[ "$(sized "$path")" -ge "$least" ] || end 65 'it is not that large now'
[ -w "$path" ] || end 77 "$path: Permission denied"
for n in 1 2 3 4 5; do
  [ ! -d "$path.$n" ] || end 65 "$path.$n is a folder"
done
rm -f "$made"*
said=$({ set -C; : >"$temp"; } 2>&1) || lost "$said"
said=$(cp -a "$path" "$temp" 2>&1) || lost "$said"
copied=$(sized "$temp")
free=1
while [ "$free" -lt ${mostKept} ] && [ -e "$path.$free" ]; do free=$((free + 1)); done
while [ "$free" -gt 1 ]; do
  said=$(mv -f "$path.$((free - 1))" "$path.$free" 2>&1) || lost "$said"
  free=$((free - 1))
done
said=$(mv -f "$temp" "$path.1" 2>&1) || lost "$said"
undo() { rm -f "$path.1"; lost "$said"; }
said=$(dd if=/dev/null of="$path.1" conv=notrunc,fsync 2>&1) || undo
said=$({ tail -c "+$((copied + 1))" "$path" >>"$path.1"; } 2>&1) || undo
said=$({ : >"$path"; } 2>&1) || undo
`;
