import { list, read, space, stat } from '../core/command.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { fileNumber } from '../core/reply.ts';
import { mountOf, mounts, type Mount } from './mounts.ts';

/** What the filesystem of a path said. Attributes are never asked: the kernel answers those for a dead mount too. */
export type MountAnswer =
  /** An earlier path lies on the same one. */
  | { readonly says: 'judged' }
  | {
      readonly says: 'room' | 'listing' | 'trouble' | 'nothing';
      readonly mount: Mount | null;
      /** A program or another machine answers for it. */
      readonly remote: boolean;
      /** How long the question about its room took; network and queue included. */
      readonly ms: number;
      /** `room`: it told its room, but a listing brought this; `trouble`: not even that. */
      readonly errno: string | null;
      readonly message: string | null;
      /** No one but its owner is let in, and the login user is not its owner. */
      readonly closed: boolean;
      /** Of FUSE: requests that wait for its program, and how many may. Only root sees them, where fusectl is mounted. */
      readonly waiting: number | null;
      readonly mostWaiting: number | null;
    };

export interface MountAnswerInput {
  readonly path: string;
  /** Paths whose filesystem is asked already. */
  readonly judged: readonly string[];
  readonly become?: 'sudo' | undefined;
}

const isFuse = ({ type }: Mount): boolean => /^fuse(?:blk)?(?:\.|$)|^virtiofs$/.test(type);
export const isRemote = (mount: Mount): boolean =>
  isFuse(mount) || /^(?:nfs4?|cifs|smb3?|ceph|lustre|gpfs|beegfs|9p|afs|ocfs2|gfs2)$/.test(mount.type);

export const mountAnswer = defineProbe({
  name: 'mount.answer',
  summary: 'Whether the filesystem of a path answers, and how soon',
  *steps({ path, judged, become }: MountAnswerInput): Asking<MountAnswer> {
    const all = yield* mounts.steps({});
    const mount = mountOf(all, path) ?? null;
    if (mount !== null && judged.some((other) => mountOf(all, other) === mount)) return { says: 'judged' };
    const remote = mount !== null && isRemote(mount);
    const seen = { mount, remote, closed: false, errno: null, message: null, waiting: null, mostWaiting: null };
    const room = yield* ask(space(path, { become, deadlineMs: 5_000, silence: 'tells' }));
    const asked = { ...seen, ms: Math.round(room.ms) };
    if (!room.ok && room.errno === 'ETIMEDOUT') {
      // That the node answers another question proves that it is the filesystem which hangs, not the line.
      yield* ask(stat('/proc/uptime'));
      return { ...asked, ...(yield* queue(mount)), says: 'nothing' };
    }
    if (!room.ok) return { ...asked, says: 'trouble', errno: room.errno, message: room.message };
    if (!remote) return { ...asked, says: 'room' };
    const [waits, listing] = [yield* queue(mount), yield* ask(list(path, { become, silence: 'tells' }))];
    if (listing.ok) return { ...asked, ...waits, says: 'listing' };
    // The kernel answers a stranger itself, with zeros.
    const closed = room.totalBytes === 0 && listing.errno === 'EACCES';
    return { ...asked, ...waits, says: 'room', closed, errno: listing.errno, message: listing.message };
  },
});

function* queue(mount: Mount | null): Asking<{ waiting: number | null; mostWaiting: number | null }> {
  if (mount === null || !isFuse(mount)) return { waiting: null, mostWaiting: null };
  const folder = `/sys/fs/fuse/connections/${mount.minor}`;
  const [waiting, most] = yield* askAll([
    read(`${folder}/waiting`, { bytes: 32 }),
    read(`${folder}/max_background`, { bytes: 32 }),
  ] as const);
  return { waiting: fileNumber(waiting), mostWaiting: fileNumber(most) };
}
