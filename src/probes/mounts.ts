import { read } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { defineProbe } from '../core/probe.ts';
import { fileText } from '../core/reply.ts';

/** One filesystem of the tree, as the login's view of it shows it. Source: proc_pid_mountinfo(5). */
export interface Mount {
  readonly path: string;
  readonly type: string;
  /** Device, `server:/export`, or what else was mounted. */
  readonly source: string;
  /** Minor number of its device: the name of a FUSE mount in /sys/fs/fuse/connections. */
  readonly minor: number;
  /** Why nothing can be written: `mounted` so, or made so by the `kernel` after errors. */
  readonly readOnly: 'no' | 'mounted' | 'kernel';
}

/** A row of the table: which of two on one place lies under the other, its parent tells. */
export interface MountRow extends Mount {
  readonly id: string;
  readonly parent: string;
}

export const mountTable = () => read('/proc/self/mountinfo', { bytes: 262_144 });

export const mounts = defineProbe({
  name: 'node.mounts',
  summary: 'The mounted filesystems of a node, and which of them can not be written',
  command: () => mountTable(),
  parse: (reply): readonly Mount[] => {
    const found = mountRows(fileText(reply, '/proc/self/mountinfo'));
    if (found.length === 0) throw new OpsError('OUTPUT_UNREADABLE', '/proc/self/mountinfo names no mount');
    return found.map(({ id: _id, parent: _parent, ...mount }) => mount);
  },
});

/** Without its newline the last line was cut off. */
export const mountRows = (text: string): readonly MountRow[] =>
  text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => rowIn(line) ?? []);

const row = /^(\d+) (\d+) \d+:(\d+) \S+ (\S+) (\S+)(?: \S+)* - (\S+) (\S*) (\S+)$/;

function rowIn(line: string): MountRow | undefined {
  const [, id, parent, minor, path, options = '', type, source = '', ofAll = ''] = row.exec(line) ?? [];
  if (id === undefined || parent === undefined || path === undefined || type === undefined) return undefined;
  const readOnly = readOnlyBy(options.split(','), ofAll.split(','), type);
  return { id, parent, path: unescaped(path), type, source: unescaped(source), minor: Number(minor), readOnly };
}

/** Filesystems on a disk that turn read-only by themselves. */
const turning = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'f2fs']);

/**
 * A person who mounts or remounts read-only sets both flags; the kernel sets only that of the filesystem, and since
 * Linux 6.15 ext4 sets neither and says `emergency_ro`. Sources: recorded on 6.18; ext4 in Linux.
 */
function readOnlyBy(options: readonly string[], ofAll: readonly string[], type: string): Mount['readOnly'] {
  if (ofAll.includes('emergency_ro') || (turning.has(type) && ofAll.includes('shutdown'))) return 'kernel';
  if (options.includes('ro')) return 'mounted';
  if (!ofAll.includes('ro')) return 'no';
  return turning.has(type) ? 'kernel' : 'mounted';
}

/** A blank in a path is `\040`. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

export const isUnder = (path: string, place: string): boolean =>
  path === place || path.startsWith(place === '/' ? '/' : `${place}/`);

/** The mount that a path lies on: the longest that holds it, the last of those on one place. */
export function mountOf(all: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of all) {
    if (isUnder(path, mount.path) && mount.path.length >= (best?.path.length ?? 0)) best = mount;
  }
  return best;
}
