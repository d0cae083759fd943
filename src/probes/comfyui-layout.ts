import type { ComfyuiStorage } from '../core/comfyui-storage.ts';
import type { ContainerSeen } from './comfyui-container.ts';
import type { InsideMount } from './inside-path.ts';

/** What the init script will work with. */
export interface ComfyuiLayout {
  readonly mounts: readonly InsideMount[];
  /** BASE_DIRECTORY; null where it has none. */
  readonly base: string | null;
  readonly uid: number;
  readonly gid: number;
  readonly forceChown: boolean;
}

export const runInside = '/comfy/mnt';
/** Of the image, where nobody wants another. */
const usualId = 1024;

/** As its container has it; before there is one, as the fleet file wants it. */
export function comfyuiLayout(storage: ComfyuiStorage, seen: ContainerSeen): ComfyuiLayout {
  if (seen.state === 'there') {
    const { mounts, wanted } = seen.container;
    const { WANTED_UID, WANTED_GID, BASE_DIRECTORY, FORCE_CHOWN = '' } = wanted;
    return {
      mounts: mounts.map(({ kind: _kind, ...mount }) => mount),
      base: baseOf(BASE_DIRECTORY),
      uid: idOf(WANTED_UID),
      gid: idOf(WANTED_GID),
      forceChown: !/^(?:false)?$/i.test(FORCE_CHOWN),
    };
  }
  const { run, base, inside, shared, uid, gid } = storage;
  const mounts = [
    { inside: runInside, path: run, writable: true },
    ...(base === undefined ? [] : [{ inside, path: base, writable: true }]),
    ...shared.map((each) => ({ ...each, writable: false })),
  ];
  return { mounts, base: base === undefined ? null : inside, uid, gid, forceChown: false };
}

const idOf = (wanted: string | undefined): number => (/^\d+$/.test(wanted ?? '') ? Number(wanted) : usualId);

/** `VALUE_TO_IGNORE` is how the image itself writes down that there is none. */
const baseOf = (wanted = ''): string | null =>
  wanted === '' || wanted === 'VALUE_TO_IGNORE' ? null : wanted.replace(/(?<=.)\/+$/, '');
