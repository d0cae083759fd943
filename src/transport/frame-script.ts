const slice = Array.from({ length: 50 }, (_, index) => `"\${${index + 1}}"`).join(' ');

/**
 * Answers one question: kind, path, offset, bytes, mark. Every part of an answer stands behind a line with the mark.
 *
 * A path is opened only when it leads to a regular file: a pipe would block. Names are put out by `stat`, one record
 * each with a mark of its own, because a name may hold a newline. After a tail the place where reading stopped is asked
 * of the kernel, so that the offset is true even for a log that grew meanwhile.
 */
const question = [
  'k=$1 p=$2 o=$3 n=$4 N=$5',
  'say() { printf "\\n%s %s\\n" "$N" "$1"; }',
  'fail() { say trouble; printf %s "$1"; exit; }',
  'if [ $k = space ]; then s=$(stat -f -c "%S %b %f %a %c %d" -- "$p" 2>&1) || fail "$s"; say space; printf %s "$s"; exit; fi',
  'if [ $k = stat ] && [ -h "$p" ]; then say link; readlink -n -- "$p"; fi',
  's=$(stat -L -c "%f %s %Y %u %g" -- "$p" 2>&1) || fail "$s"',
  'say facts; printf %s "$s"',
  'case $k/$s in stat/*) exit;; list/4???" "*) ;; read/8???" "*|tail/8???" "*) ;; *) exit;; esac',
  '[ -r "$p" ] || fail "Permission denied"',
  [
    'if [ $k = list ]; then [ -x "$p" ] || fail "Permission denied"',
    'e=$(cd -- "$p" 2>&1) || fail "$e"',
    'cd -- "$p"; set --',
    'for g in "..?*" ".[!.]*" "*"; do set -- $g "$@"; [ "$1" = "$g" ] && [ ! -e "$1" ] && [ ! -h "$1" ] && shift; done',
    // A folder on a dead mount may still be entered, and then seems empty.
    '[ $# -gt 0 ] || e=$(ls -a -- "$p" 2>&1 >/dev/null) || fail "$e"',
    'c=$#; say entries; F="e$N %f %s %Y %u %g %n"',
    `if [ $c -gt 2000 ]; then i=0; while [ $i -lt 40 ]; do stat -c "$F" -- ${slice}; shift 50; i=$((i+1)); done`,
    'elif [ $c -gt 0 ]; then stat -c "$F" -- "$@"; fi 2>/dev/null',
    'say count; printf %s $c; exit; fi',
  ].join('; '),
  // A shell ends where such an `exec` fails, so it is tried in one of its own.
  'e=$( (exec 3<"$p") 2>&1) || fail "$e"',
  'exec 3<"$p"; say bytes',
  'case $k in tail) tail -c "$n" <&3;; *) if [ "$o" = 0 ]; then head -c "$n" <&3; else tail -c +$((o+1)) <&3 | head -c "$n"; fi;; esac',
  '[ $? = 0 ] || fail "$(head -c 1 "$p" 2>&1 >/dev/null)"',
  'say end; while read -r a b; do [ "$a" = pos: ] && printf %s "$b"; done </proc/self/fdinfo/3',
].join('; ');

/**
 * Puts the questions one after the other, each with a time limit where the node has `timeout`.
 *
 * Arguments: the script of a question, the two halves of the mark (so that no file, not even one of /proc, holds it
 * whole), then kind, path, offset, bytes and seconds of each.
 */
const driver = [
  'q=$1 N=$2$3; shift 3',
  'T=timeout; timeout -k 1 1 true 2>/dev/null && T="timeout -k 1" || timeout 1 true 2>/dev/null || T=',
  'while [ $# -gt 0 ]; do ${T:+$T $5} /bin/sh -c "$q" rackhand "$1" "$2" "$3" "$4" "$N" 2>/dev/null; printf "\\n%s done %s\\n\\n%s next\\n" "$N" $? "$N"; shift 5; done',
].join('; ');

/** The words that put questions about files to a node in one go; `mark` is of this run alone. */
export const frameWords = (mark: string, questions: readonly (readonly string[])[]): [string, ...string[]] => [
  '/bin/sh',
  '-c',
  driver,
  'rackhand',
  question,
  mark.slice(0, mark.length / 2),
  mark.slice(mark.length / 2),
  ...questions.flat(),
];
