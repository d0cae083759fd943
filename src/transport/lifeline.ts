import { type ExecAsk } from '../core/command.ts';
import { commandLine } from '../core/quote.ts';
import { sudoLine } from './sudo.ts';

/** What is sent to a node so that a program runs there on a lifeline. */
export interface Lifeline {
  /** For any login shell. */
  readonly line: string;
  /** Has to be written at once; after it the input stays open for as long as the program may live. */
  readonly stdin: Uint8Array;
  /**
   * Printed on both outputs before those of the program: what stands before it is a banner of the login shell. Once
   * more at the end of the errors where the exit code is above 127: `ssh` has 255 for a lost link, and a shell the others
   * for a signal, also for one that ended this line and not the program.
   */
  readonly mark: Uint8Array;
}

/**
 * One line of sh for dash, bash and busybox; one line, because csh ends a quote with the line.
 *
 * The program runs in a session of its own. A watcher reads the input that nobody writes to any more: when it ends, all
 * of the program's group and all that carries its mark in the environment gets TERM, and KILL after two seconds. Nothing
 * is written to a disk. The watcher has neither mark nor outputs, so that it neither kills itself nor holds the channel.
 *
 * Arguments: how many bytes of input belong to the program (escaped for `printf %b`, so that the shell can hold them:
 * a program is never started on half of its input), the mark, `tidy` to end what is left of the group when the program
 * has ended, and the words.
 */
const script = [
  'n=$1 m=$2 o=$3 g=$4; shift 4',
  'PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/conda/bin:/opt/miniconda3/bin:/snap/bin',
  'LC_ALL=C TZ=UTC; export PATH LC_ALL TZ',
  'exec 3<&0',
  'i=; [ $n = 0 ] || { i=$(head -c $n); [ ${#i} = $n ] || exit 1; }',
  'printf "\\036%s\\036" $m; printf "\\036%s\\036" $m >&2',
  'command -v "$1" >/dev/null || { printf "%s: not found\\n" "$1" >&2; exit 127; }',
  'command -v setsid >/dev/null && set -- setsid "$@"',
  'if [ $n = 0 ]; then RACKHAND=$m "$@" </dev/null 3<&- & else printf %b "$i" 2>/dev/null 3<&- | RACKHAND=$m "$@" 3<&- & fi',
  'p=$!',
  'marked() { head -c 9999999 /proc/[0-9]*/environ | tr "\\0" "\\n" | sed -n "/^==> .proc/h;/^RACKHAND=$m\\$/{x;s/[^0-9]//g;p;}"; }',
  'all() { kill -$1 -$p $p $(marked); }',
  'lives() { kill -0 -$p || kill -0 $p || [ "$(marked)" ]; }',
  'nap() { sleep .1 || { sleep 1; t=$((t-9)); }; t=$((t-1)); [ $t -gt 0 ]; }',
  'finish() { trap "" TERM HUP INT; all TERM; all CONT; t=20; while nap && lives; do :; done; lives || return 0; t=10; all KILL; while nap && [ "$(marked)" ]; do all KILL; done; }',
  '( exec >/dev/null 2>&1; while read -r x; do :; done; t=$g; while [ $t -gt 0 ] && lives && nap; do :; done; finish ) <&3 3<&- & w=$!',
  'exec 3<&- 4>&2 </dev/null 2>/dev/null',
  'wait $p; s=$?',
  '[ $o = tidy ] && kill -TERM -$p && { sleep .1; kill -KILL -$p; }',
  'kill $w; wait $w',
  '[ $s -gt 127 ] && printf "\\036%s\\036" $m >&4',
  'exit $s',
].join('; ');

/** Errors: a `RangeError` for a word with a NUL byte. */
export function lifelineLine(
  { words, stdin = '' }: Pick<ExecAsk, 'words' | 'stdin'>,
  {
    become,
    tidy,
    lingersMs = 0,
    id,
  }: { become?: 'sudo' | undefined; tidy: boolean; lingersMs?: number | undefined; id: string },
): Lifeline {
  const input = new TextEncoder().encode(escaped(stdin));
  const tenths = String(Math.ceil(lingersMs / 100));
  const own = [
    '/bin/sh',
    '-c',
    script,
    'rackhand',
    String(input.length),
    id,
    tidy ? 'tidy' : 'leave',
    tenths,
    ...words,
  ];
  return {
    line: commandLine(become === 'sudo' ? sudoLine(own) : own),
    stdin: input,
    mark: new TextEncoder().encode(`\u001e${id}\u001e`),
  };
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\0': '\\0000' };
const escaped = (text: string): string => text.replace(/[\\\n\0]/g, (character) => escapes[character] ?? character);
