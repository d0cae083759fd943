import { list, stat, type FileTrouble, type StatFound } from '../core/command.ts';
import { askAll, defineProbe } from '../core/probe.ts';

/** A device file, and who may open it. */
export interface DeviceNode {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The files in /dev through which programs reach a GPU. */
export interface GpuNodes {
  /** `/dev/nvidiactl`, `/dev/nvidia-uvm`, `/dev/nvidia0`, ... */
  readonly nvidia: readonly DeviceNode[];
  /** `/dev/kfd` and `/dev/dri/renderD128`, ... */
  readonly rocm: readonly DeviceNode[];
  /** nvidia-modprobe may make what is missing when the first program needs it: it is there and runs as root. */
  readonly madeOnDemand: boolean;
  /** GPUs that are reached in another way: through Windows, or as a part of the chip. */
  readonly other: 'wsl' | 'tegra' | null;
}

const marks = ['/dev/nvidiactl', '/dev/nvidia-uvm', '/dev/nvidia0', '/dev/kfd', '/dev/dxg', '/dev/nvmap'] as const;
const setUserId = 0o4000;

export const gpuNodes = defineProbe({
  name: 'gpu.nodes',
  summary: 'The device files of the GPUs, and who may open them',
  *steps() {
    const [modprobe, devices, render, ...found] = yield* askAll([
      stat('/usr/bin/nvidia-modprobe'),
      list('/dev'),
      list('/dev/dri'),
      ...marks.map((path) => stat(path)),
    ]);
    const [control, uvm, first, kfd, dxg, nvmap] = found;
    const numbered = devices.ok ? devices.entries.filter(({ name }) => /^nvidia[1-9]\d*$/.test(name)) : [];
    const renderers = render.ok ? render.entries.filter(({ name }) => /^renderD\d+$/.test(name)) : [];
    return {
      nvidia: [
        ...nodeOf('/dev/nvidiactl', control),
        ...nodeOf('/dev/nvidia-uvm', uvm),
        ...nodeOf('/dev/nvidia0', first),
        ...numbered.map(({ name, mode, uid, gid }) => ({ path: `/dev/${name}`, mode, uid, gid })),
      ],
      rocm: [
        ...nodeOf('/dev/kfd', kfd),
        ...renderers.map(({ name, mode, uid, gid }) => ({ path: `/dev/dri/${name}`, mode, uid, gid })),
      ],
      madeOnDemand: modprobe.ok && (modprobe.mode & setUserId) !== 0 && modprobe.uid === 0,
      other: dxg?.ok === true ? 'wsl' : nvmap?.ok === true ? 'tegra' : null,
    } satisfies GpuNodes;
  },
});

const nodeOf = (path: string, found: StatFound | FileTrouble | undefined): readonly DeviceNode[] =>
  found?.ok === true ? [{ path, mode: found.mode, uid: found.uid, gid: found.gid }] : [];
