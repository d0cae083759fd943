import type { Mount } from '../probes/mounts.ts';
import { mountOf } from '../probes/mounts.ts';
import type { Sight } from '../probes/comfyui-folders.ts';
import type { Rights } from '../probes/inside-path.ts';

/** Whom the init script becomes. */
export interface Comfy {
  readonly uid: number;
  readonly gid: number;
}

/** The groups that the image puts its user into beside its own: sudo and users. Source: its Dockerfile. */
const imageGroups = [27, 100];
const bits = { r: 4, w: 2, x: 1 } as const;
export type Right = keyof typeof bits;

export const isGroupOf = ({ gid }: Comfy, group: number | undefined): boolean =>
  group !== undefined && [gid, ...imageGroups].includes(group);

/** Whether the kernel lets that user, by owner, group and mode. */
export function may(right: Right, { mode, uid, gid }: Rights, comfy: Comfy): boolean {
  if (comfy.uid === 0) return true;
  const shift = comfy.uid === uid ? 6 : isGroupOf(comfy, gid) ? 3 : 0;
  return ((mode >> shift) & bits[right]) !== 0;
}

/** What `[ -d ]` says; undefined where that is not known. */
export function isFolder(sight: Sight | undefined, comfy: Comfy): boolean | undefined {
  if (sight?.target.state === 'unseen') return undefined;
  if (sight?.target.state !== 'found') return false;
  const { type, above } = sight.target;
  return type === 'directory' && above.every((rights) => may('x', rights, comfy));
}

/** Why nothing can be written there, whatever the modes say. */
export function readOnlyBy({ target }: Sight, mounts: readonly Mount[]): 'container' | 'node' | undefined {
  if (target.state !== 'found') return undefined;
  if (!target.writable) return 'container';
  return mountOf(mounts, target.path)?.readOnly === 'no' ? undefined : 'node';
}

/** Filesystems that show every file as one user's, and keep no owner: `chown` has no effect there. */
const ownerless = /^(?:ntfs3?|fuseblk|vfat|exfat|msdos|9p|drvfs|cifs|smb3|fakeowner)$/;

export const keepsNoOwners = (path: string, mounts: readonly Mount[]): Mount | undefined => {
  const mount = mountOf(mounts, path);
  return mount !== undefined && ownerless.test(mount.type) ? mount : undefined;
};
