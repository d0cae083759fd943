import { read, type FileTrouble, type ReadFound } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { fileText } from '../core/reply.ts';

/** A TCP socket that waits for connections. `uid` is the user that made it, which is not always the one that holds it. */
export interface Listener {
  readonly port: number;
  /** `127.0.0.1`, `0.0.0.0`, `::`. */
  readonly address: string;
  readonly inode: string;
  readonly uid: number;
}

const files = ['/proc/net/tcp', '/proc/net/tcp6'] as const;
// The kernel shows listening sockets before all others, so the first rows are enough: about 1,700 of them.
const bytes = 262_144;

/** Source: proc(5), the kernel's tcp_seq_show. Errors: `OUTPUT_UNREADABLE` where neither file can be read. */
export const listeners = defineProbe({
  name: 'node.listeners',
  summary: 'The TCP ports that programs of a node listen on',
  *steps(): Asking<readonly Listener[]> {
    const [v4, v6] = yield* askAll([read(files[0], { bytes }), read(files[1], { bytes })] as const);
    // A kernel without IPv6 has no second file.
    if (!v4.ok && v6.ok) return rows(v6, files[1]);
    return [...rows(v4, files[0]), ...(v6.ok ? rows(v6, files[1]) : [])];
  },
});

const row =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A \S+ \S+ \S+\s+(\d+)\s+\d+ (\d+) /;

function rows(reply: ReadFound | FileTrouble, path: string): readonly Listener[] {
  const text = fileText(reply, path);
  if (!/^\s*sl\s+local_address/.test(text)) throw new OpsError('OUTPUT_UNREADABLE', `${path} is no table of sockets`);
  return text.split('\n').flatMap((line) => {
    const [, address = '', port = '', uid, inode = ''] = row.exec(line) ?? [];
    return uid === undefined
      ? []
      : [{ port: Number.parseInt(port, 16), address: addressText(address), inode, uid: Number(uid) }];
  });
}

/** The kernel writes each 32 bits of an address as a number of the machine: little endian on every GPU node. */
function addressText(hex: string): string {
  const octets = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed());
  if (octets.length === 4) return dotted(octets);
  const start = octets.slice(0, 12).join('').toLowerCase();
  if (start === '0'.repeat(20) + 'ffff') return dotted(octets.slice(12));
  const groups = Array.from({ length: 8 }, (_, at) => Number.parseInt(octets.slice(2 * at, 2 * at + 2).join(''), 16));
  return groups
    .map((group) => group.toString(16))
    .join(':')
    .replace(/(?:^|:)0(?::0)+(?::|$)/, '::');
}

const dotted = (octets: readonly string[]): string => octets.map((octet) => Number.parseInt(octet, 16)).join('.');
