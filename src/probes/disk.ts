import { space, type SpaceFound, type FileTrouble } from '../core/command.ts';
import { defineProbe } from '../core/probe.ts';

/** Room on a filesystem as a plain user may use it; filesystems without a fixed number of inodes report 0 of them. */
export type Room =
  | {
      readonly known: true;
      readonly totalBytes: number;
      readonly freeBytes: number;
      readonly inodes: number;
      readonly freeInodes: number;
    }
  | { readonly known: false; readonly errno: string; readonly message: string };

export const disk = defineProbe({
  name: 'node.disk',
  summary: 'Bytes and inodes left on the filesystem that holds a path',
  command: ({ path, become }: { readonly path: string; readonly become?: 'sudo' | undefined }) =>
    space(path, { become, deadlineMs: 5_000, silence: 'tells' }),
  parse: (reply: SpaceFound | FileTrouble): Room => {
    if (!reply.ok) return { known: false, errno: reply.errno, message: reply.message };
    const { totalBytes, freeBytes, inodes, freeInodes } = reply;
    return { known: true, totalBytes, freeBytes, inodes, freeInodes };
  },
});

/** Two answers of one filesystem; what is free may have moved a little in between. */
export function isSameRoom(room: Room, other: Room): boolean {
  if (!room.known || !other.known) return false;
  return (
    room.totalBytes === other.totalBytes &&
    room.inodes === other.inodes &&
    Math.abs(room.freeBytes - other.freeBytes) <= room.totalBytes / 100
  );
}

/** Undefined where it reports no size. */
export function usedPercent(room: Room): { readonly bytes: number; readonly inodes: number } | undefined {
  if (!room.known || room.totalBytes === 0) return undefined;
  const { totalBytes, freeBytes, inodes, freeInodes } = room;
  return {
    bytes: 100 - (100 * freeBytes) / totalBytes,
    inodes: inodes === 0 ? 0 : 100 - (100 * freeInodes) / inodes,
  };
}
