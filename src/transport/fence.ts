import type { Fence } from '../core/alter.ts';
import type { ExecAsk } from '../core/command.ts';
import { lockShell } from '../core/lock-shell.ts';

/**
 * One line of sh, because csh ends a quote with the line. Arguments: the token, the lease in seconds, `--`, the words.
 *
 * It looks at the lock and renews it in a shell of its own, so that the words run neither under flock nor on its input.
 * The word that it passed comes before those can say anything: what they print or end with is never taken for a refusal.
 */
const script = [
  't=$1 l=$2; shift 3',
  `( ${lockShell}; guard; renew ) </dev/null >/dev/null 2>&1 || exit $?`,
  'command -v "$1" >/dev/null || { printf "%s: not found\\n" "$1" >&2; exit 127; }',
  'printf "\\036%s passed\\036" "$RACKHAND" >&2',
  'exec "$@"',
].join('; ');

/** Words that run others only where the lock of the node is held by the token. */
export const fenceWords = ({ token, leaseSeconds }: Fence, words: ExecAsk['words']): ExecAsk['words'] => [
  'sh',
  '-c',
  script,
  'rackhand',
  token,
  String(Math.ceil(leaseSeconds)),
  '--',
  ...words,
];

/** Printed on the errors before the words run; `id` is that of the lifeline. Without it, nothing was run. */
export const passMark = (id: string): Uint8Array => new TextEncoder().encode(`\u001e${id} passed\u001e`);
