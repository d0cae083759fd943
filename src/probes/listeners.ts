import { read, type FileTrouble, type ReadFound } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, defineProbe, inStep, type Asking } from '../core/probe.ts';
import { remembered } from '../core/remembered.ts';
import { fileText } from '../core/reply.ts';

/** A TCP socket that waits for connections. `uid` is the user that made it, which is not always the one that holds it. */
export interface Listener {
  readonly port: number;
  /** `127.0.0.1`, `0.0.0.0`, `::`. */
  readonly address: string;
  readonly inode: string;
  readonly uid: number;
}

const filesUnder = (folder: string) => [`${folder}/net/tcp`, `${folder}/net/tcp6`] as const;
const files = filesUnder('/proc');
/** About 27 sockets, 218 and 1,700: the kernel hands them out in pieces, each a round trip when it is read first. */
const sizes = [4_096, 32_768, 262_144] as const;

/** Source: proc(5), the kernel's tcp_seq_show. Errors: `OUTPUT_UNREADABLE` where neither file can be read. */
export const listeners = defineProbe({
  name: 'node.listeners',
  summary: 'The TCP ports that programs of a node listen on',
  steps: () => tables(files),
});

/** Those of the network that a process lives in, which may be another than that of the node. */
export const listenersOf = (pid: number): Asking<readonly Listener[]> => tables(filesUnder(`/proc/${pid}`));

function* tables(paths: typeof files): Asking<readonly Listener[]> {
  const replies = yield* inStep(paths.map((path) => table(path)));
  const found = replies.filter(({ ok }) => ok);
  // A kernel without IPv6 has no second file; without either, the trouble with the first is told.
  return (found.length > 0 ? found : replies.slice(0, 1)).flatMap((reply) => rowsOf(reply));
}

/** The kernel shows listening sockets before all others: of thousands of connections nothing is read. */
function* table(path: string): Asking<ReadFound | FileTrouble> {
  const [few, some, many] = sizes;
  const first = yield* ask(read(path, { bytes: few }));
  if (isEnough(first, few)) return first;
  const second = yield* ask(read(path, { bytes: some }));
  return isEnough(second, some) ? second : yield* ask(read(path, { bytes: many }));
}

/** It ends there, or shows a socket that does not listen. */
const isEnough = (reply: ReadFound | FileTrouble, asked: number): boolean =>
  !reply.ok || reply.bytes.length < asked || otherRow.test(fileText(reply, files[0]));

const otherRow = /^\s*\d+: [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:[0-9A-F]{4} (?!0A)[0-9A-F]{2} /m;
const row =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A \S+ \S+ \S+\s+(\d+)\s+\d+ (\d+) /;

const rowsOf = remembered((reply: ReadFound | FileTrouble): readonly Listener[] => {
  const text = fileText(reply, files[0]);
  if (!/^\s*sl\s+local_address/.test(text))
    throw new OpsError('OUTPUT_UNREADABLE', `${files[0]} is no table of sockets`);
  return text.split('\n').flatMap((line) => {
    const [, address = '', port = '', uid, inode = ''] = row.exec(line) ?? [];
    return uid === undefined
      ? []
      : [{ port: Number.parseInt(port, 16), address: addressText(address), inode, uid: Number(uid) }];
  });
});

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
