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
