import { scriptStart } from './script-start.ts';

/** As many older logs are kept. */
export const mostKept = 5;

/**
 * Packs a log beside itself and empties it in place, so that whoever writes it goes on in the same file.
 *
 * Words: the log, the beginning of hidden names for what is made, the least size. Older ones move up as far as the first
 * number that is free, so that one that was ended halfway loses nothing more when it is done again. What was packed is
 * unpacked once to see that it is all there, and on the disk before the log is emptied; what was written meanwhile is added
 * piece by piece, and only what comes in the moment after the last piece is lost.
 */
export const rotateLog = `${scriptStart}
umask 077
path=$1 made=$2 least=$3
temp=$made$$ piece=\${made}piece$$
trap 'rm -f "$temp" "$piece"' EXIT
trap 'exit 143' TERM
trap 'exit 129' HUP INT PIPE
sized() { stat -c %s "$1"; }
[ ! -L "$path" ] && [ -f "$path" ] || end 65 'it is no file now'
[ "$(sized "$path")" -ge "$least" ] || end 65 'it is not that large now'
[ -w "$path" ] || end 77 "$path: Permission denied"
command -v gzip >/dev/null || end 69 'gzip: not found'
for n in 1 2 3 4 5; do
  [ ! -d "$path.$n.gz" ] || end 65 "$path.$n.gz is a folder"
done
rm -f "$made"*
copied=0
add() {
  said=$({ { tail -c "+$((copied + 1))" "$path" || echo "tail ended with $?" >&2; } | gzip -c >"$piece"; } 2>&1) || return 1
  [ -z "$said" ] || return 1
  more=$(gzip -dc "$piece" | wc -c) || return 1
  said=$({ cat "$piece" >>"$1"; } 2>&1) || return 1
  rm -f "$piece"
  copied=$((copied + more))
}
said=$({ set -C; : >"$temp"; } 2>&1) || lost "$said"
chown "$(stat -c %u:%g "$path")" "$temp" 2>/dev/null
said=$(chmod "$(stat -c %a "$path")" "$temp" 2>&1) || lost "$said"
for round in 1 2 3 4 5 6; do
  add "$temp" || lost "$said"
  [ "$(($(sized "$path") - copied))" -gt 65536 ] || break
done
free=1
while [ "$free" -lt ${mostKept} ] && [ -e "$path.$free.gz" ]; do free=$((free + 1)); done
while [ "$free" -gt 1 ]; do
  said=$(mv -f "$path.$((free - 1)).gz" "$path.$free.gz" 2>&1) || lost "$said"
  free=$((free - 1))
done
said=$(mv -f "$temp" "$path.1.gz" 2>&1) || lost "$said"
undo() { rm -f "$path.1.gz"; lost "$said"; }
add "$path.1.gz" || undo
said=$(dd if=/dev/null of="$path.1.gz" conv=notrunc,fsync 2>&1) || undo
said=$({ : >"$path"; } 2>&1) || undo
`;
