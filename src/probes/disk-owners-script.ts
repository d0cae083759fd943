/**
 * What fills a filesystem, within a time limit: files that are deleted but still open, then the directories down to the
 * fourth level. Arguments: path, seconds, and `bytes` or `inodes`.
 *
 * Neither reads a file. Without `timeout` it does not look, because a large disk takes as long as it takes. The first
 * line of the second part holds the exit status of du in the place where the others hold a size.
 */
export const diskOwnersScript = [
  'p=$1 s=$2 u=-k; [ "$3" = inodes ] && u=--inodes',
  'LC_ALL=C; export LC_ALL',
  't="timeout $s"; $t true 2>/dev/null || { echo "no timeout"; exit 0; }',
  'n="nice -n 19"; $n true 2>/dev/null || n=',
  'd=$(stat -L -c %d -- "$p") || exit 1',
  'if [ "$3" = bytes ]; then',
  'ls -l /proc/[0-9]*/fd 2>/dev/null | awk \'/^\\/proc\\// { sub(/:$/, ""); d = $0 } / \\(deleted\\)$/ { for (i = 1; i <= NF; i++) if ($i == "->") { print d "/" $(i - 1); break } }\' | head -n 500 |',
  'xargs stat -L -c "%d %i %b %B %n" 2>/dev/null | awk -v d="$d" \'$1 == d && !s[$2]++ { printf "%.0f %s\\n", $3 * $4, $5 }\' | sort -rn | head -n 10 |',
  'while read -r b f; do q=${f#/proc/}; q=${q%%/*}; read -r c <"/proc/$q/comm"; printf "deleted %s %s %s\\t%s\\n" "$b" "$q" "$c" "$(readlink "$f")"; done 2>/dev/null',
  'fi',
  '{ $n $t du -x $u -d 4 -- "$p" 2>/dev/null; echo "999999999999999999 $?"; } | sort -rn | head -n 80',
  '',
].join('\n');
