import type { ComfyuiStorage } from '../core/comfyui-storage.ts';
import type { InsideMount } from './inside-path.ts';

/** How a container of the image was made, as far as its init script minds. */
export interface ComfyuiContainer {
  readonly name: string;
  readonly state: string;
  readonly mounts: readonly (InsideMount & { readonly kind: string })[];
  /** The image's own where compose has no `user:`. */
  readonly user: string;
  readonly wanted: { readonly uid: number; readonly gid: number };
  /** BASE_DIRECTORY; null where it has none. */
  readonly base: string | null;
  readonly forceChown: boolean;
  readonly securityOptions: readonly string[];
  readonly droppedCapabilities: readonly string[];
  readonly readOnlyRoot: boolean;
}

/** What the init script will work with. */
export interface ComfyuiLayout {
  readonly mounts: readonly InsideMount[];
  readonly base: string | null;
  readonly uid: number;
  readonly gid: number;
  readonly forceChown: boolean;
}

export const runInside = '/comfy/mnt';

/** As its container has it; before there is one, as the fleet file wants it. */
export function comfyuiLayout(storage: ComfyuiStorage, container: ComfyuiContainer | null): ComfyuiLayout {
  if (container !== null) {
    const { mounts, base, wanted, forceChown } = container;
    return { mounts: mounts.map(({ kind: _kind, ...mount }) => mount), base, ...wanted, forceChown };
  }
  const { run, base, inside, shared, uid, gid } = storage;
  const mounts = [
    { inside: runInside, path: run, writable: true },
    ...(base === undefined ? [] : [{ inside, path: base, writable: true }]),
    ...shared.map((each) => ({ ...each, writable: false })),
  ];
  return { mounts, base: base === undefined ? null : inside, uid, gid, forceChown: false };
}
