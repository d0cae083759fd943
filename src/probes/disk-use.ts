import { captured } from '../core/capture.ts';
import { run, type ExecReply } from '../core/command.ts';
import { ask, defineProbe, inStep, type Asking } from '../core/probe.ts';
import { bothOutputs } from '../core/reply.ts';
import { clean } from '../core/text.ts';
import { disk, isSameRoom, usedPercent, type Room } from './disk.ts';
import { diskOwnersScript } from './disk-owners-script.ts';

export interface DiskUseInput {
  readonly path: string;
  /** Paths whose filesystem is judged already: a place on the same one says nothing new. */
  readonly judged: readonly string[];
  /** What fills it is asked from this much on: percent used of bytes or inodes, or bytes free. */
  readonly fromPercent: number;
  readonly belowBytes: number;
  readonly become?: 'sudo' | undefined;
}

/** What lies in a directory itself: bytes or inodes, without what is told of the directories in it. */
export interface DiskOwner {
  readonly path: string;
  readonly amount: number;
}
/** A file without a name, whose room comes back when its process closes it. */
export interface DeletedFile {
  readonly pid: number;
  readonly program: string;
  readonly path: string;
  readonly bytes: number;
}
export interface DiskOwners {
  readonly unit: 'bytes' | 'inodes';
  /** `all`: the whole filesystem; `some`: not everything may be read; `part`: the time was over. */
  readonly seen: 'all' | 'some' | 'part';
  readonly owners: readonly DiskOwner[];
  readonly deleted: readonly DeletedFile[];
  /** Why nothing is known of it. */
  readonly trouble: string | null;
}
export interface DiskUse {
  readonly room: Room;
  readonly judged: boolean;
  readonly owners: DiskOwners | null;
}

const lookSeconds = 12;
const mostOwners = 6;
/** What holds less of what is used explains nothing. */
export const leastShare = 0.05;

export const diskUse = defineProbe({
  name: 'disk.use',
  summary: 'Room on the filesystem of a path and, where it runs out, what fills it',
  *steps({ path, judged, fromPercent, belowBytes, become }: DiskUseInput): Asking<DiskUse> {
    const rooms = yield* inStep([path, ...judged].map((each) => disk.steps({ path: each, become })));
    const [room = { known: false, errno: 'EUNKNOWN', message: 'no answer' }, ...others] = rooms;
    if (others.some((other) => isSameRoom(room, other))) return { room, judged: true, owners: null };
    const used = usedPercent(room);
    if (!room.known || used === undefined) return { room, judged: false, owners: null };
    if (Math.max(used.bytes, used.inodes) < fromPercent && room.freeBytes >= belowBytes)
      return { room, judged: false, owners: null };
    const unit = used.inodes > used.bytes ? 'inodes' : 'bytes';
    const words = ['sh', '-s', '--', path, String(lookSeconds), unit] as const;
    const options = { stdin: diskOwnersScript, bytes: 65_536, wedges: true, become, silence: 'tells' } as const;
    const reply = yield* ask(run([...words], { ...options, deadlineMs: (lookSeconds + 8) * 1_000 }));
    return { room, judged: false, owners: ownersIn(reply, unit, usedOf(room, unit)) };
  },
});

const usedOf = (room: Room & { known: true }, unit: DiskOwners['unit']): number =>
  unit === 'bytes' ? room.totalBytes - room.freeBytes : room.inodes - room.freeInodes;

function ownersIn(reply: ExecReply, unit: DiskOwners['unit'], used: number): DiskOwners {
  const lines = clean(captured(reply.stdout)).split('\n');
  const nothing = { unit, seen: 'part', owners: [], deleted: [] } as const;
  if (lines[0] === 'no timeout') return { ...nothing, trouble: 'the node has no `timeout` to bound the look' };
  if (reply.exitCode !== 0) return { ...nothing, trouble: bothOutputs(reply).slice(0, 200) || 'the look did not end' };
  const [ended, ...sizes] = lines.flatMap((line) => sizeIn(line) ?? []);
  const status = Number(ended?.path ?? Number.NaN);
  return {
    unit,
    seen: status === 0 ? 'all' : status === 1 ? 'some' : 'part',
    owners: exclusive(
      sizes
        .map(({ path, amount }) => ({ path, amount: unit === 'bytes' ? amount * 1024 : amount }))
        .filter(({ amount }) => amount >= used * leastShare),
    )
      .filter(({ amount }) => amount >= used * leastShare)
      .toSorted((a, b) => b.amount - a.amount)
      .slice(0, mostOwners),
    deleted: lines.flatMap((line) => deletedIn(line) ?? []),
    trouble: null,
  };
}

function sizeIn(line: string): DiskOwner | undefined {
  const [, amount, path] = /^(\d+)\s+(.+)$/.exec(line) ?? [];
  return amount === undefined || path === undefined ? undefined : { path, amount: Number(amount) };
}

function deletedIn(line: string): DeletedFile | undefined {
  const [, bytes, pid, program = '', path] = /^deleted (\d+) (\d+) ([^\t]*)\t(.+?)(?: \(deleted\))?$/.exec(line) ?? [];
  return path === undefined ? undefined : { pid: Number(pid), program, path, bytes: Number(bytes) };
}

/** Every size without those of the directories in it that are listed too. */
function exclusive(sizes: readonly DiskOwner[]): readonly DiskOwner[] {
  const own = new Map(sizes.map(({ path, amount }) => [path, amount]));
  for (const { path, amount } of sizes) {
    const cut = path.lastIndexOf('/');
    const parent = cut > 0 ? path.slice(0, cut) : '/';
    const left = own.get(parent);
    if (parent !== path && left !== undefined) own.set(parent, Math.max(0, left - amount));
  }
  return [...own].map(([path, amount]) => ({ path, amount }));
}
