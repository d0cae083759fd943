import { captured } from '../core/capture.ts';
import { read, run } from '../core/command.ts';
import { ask, defineProbe, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { clean } from '../core/text.ts';

/** `no_address`: who was asked knows none; `silence`: nobody answered in time; `no_getent`: the node can't be asked. */
export type Resolved =
  | { readonly address: string; readonly seconds: number }
  | { readonly failed: 'no_address' | 'silence' | 'no_getent' };

export interface Names {
  readonly found: Readonly<Record<string, Resolved>>;
  /** Name servers in /etc/resolv.conf; asked only where a name has no address. */
  readonly servers: readonly string[];
}

const patienceSeconds = 8;

/** All names at once, each with a time limit, and the clock of the kernel before and after it. */
const script = [
  'command -v getent >/dev/null 2>&1 || { echo "no getent"; exit 0; }',
  'set -f; t="timeout $1"; shift; $t true 2>/dev/null || t=',
  'for n do',
  '( read -r a _ </proc/uptime; o=$($t getent ahosts "$n" 2>/dev/null); c=$?; read -r b _ </proc/uptime',
  'set -- $o; printf "%s %s %s %s %s\\n" "$n" "$c" "$a" "$b" "${1:--}" ) &',
  'done; wait',
  '',
].join('\n');

/** It needs a program: only the resolver of the node itself goes the way that its services go (nsswitch, hosts, cache). */
export const names = defineProbe({
  name: 'node.names',
  summary: 'Whether the node finds addresses for names, and how soon',
  *steps({ names: wanted }: { readonly names: readonly string[] }): Asking<Names> {
    if (wanted.length === 0) return { found: {}, servers: [] };
    const reply = yield* ask(
      run(['sh', '-s', '--', String(patienceSeconds), ...wanted], {
        stdin: script,
        bytes: 65_536,
        deadlineMs: (patienceSeconds + 7) * 1_000,
        silence: 'tells',
      }),
    );
    const lines = clean(captured(reply.stdout)).split('\n');
    const absent = lines[0] === 'no getent' ? 'no_getent' : 'silence';
    const told = new Map(lines.flatMap((line) => resolvedIn(line) ?? []));
    const found = Object.fromEntries(
      wanted.map((name): [string, Resolved] => [name, told.get(name) ?? { failed: absent }]),
    );
    const failed = Object.values(found).some((each) => 'failed' in each);
    return { found, servers: failed && absent !== 'no_getent' ? yield* nameServers() : [] };
  },
});

// 124 and 137 are of GNU timeout, 143 of busybox.
const timeoutStatuses = new Set(['124', '137', '143']);

function resolvedIn(line: string): [string, Resolved][] | undefined {
  const [, name, code = '', from, until, address = '-'] = /^(\S+) (\d+) ([\d.]+) ([\d.]+) (\S+)$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  if (code === '0' && address !== '-') {
    const seconds = Math.round((Number(until) - Number(from)) * 100) / 100;
    return [[name, { address, seconds: Number.isNaN(seconds) ? 0 : seconds }]];
  }
  return [[name, { failed: timeoutStatuses.has(code) ? 'silence' : 'no_address' }]];
}

function* nameServers(): Asking<readonly string[]> {
  const text = fileTextIfAny(yield* ask(read('/etc/resolv.conf', { bytes: 8192 }))) ?? '';
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, server = '']) => server).slice(0, 3);
}
