import { defineProbe, type Asking } from '../core/probe.ts';
import type { Vitals } from '../core/vitals.ts';
import { amdDevices } from './amd-devices.ts';
import { gpuDevices } from './gpu-devices.ts';
import { memory } from './memory.ts';

/** What is drawn of a node while it is changed: the memory of it and of its GPUs, and how busy those are. */
export const vitals = defineProbe({
  name: 'node.vitals',
  summary: 'Memory of the node and of its GPUs, and how busy those are',
  *steps(input: { readonly become?: 'sudo' | undefined; readonly gpus: number | 'auto' }): Asking<Vitals> {
    const { totalBytes, availableBytes } = yield* memory.steps({});
    const host = { usedBytes: totalBytes - availableBytes, totalBytes };
    return { memory: host, gpus: input.gpus === 0 ? [] : yield* gpuVitals(input) };
  },
});

function* gpuVitals(input: { readonly become?: 'sudo' | undefined }): Asking<Vitals['gpus']> {
  const nvidia = yield* gpuDevices.steps(input);
  if (nvidia.state !== 'absent') {
    const gpus = nvidia.state === 'answered' ? nvidia.gpus : [];
    return gpus.map((gpu) => vital(`gpu:${gpu.index}`, gpu));
  }
  const amd = yield* amdDevices.steps({});
  return amd.gpus.map((gpu) => vital(`gpu:${gpu.name}`, gpu));
}

const vital = (
  name: string,
  gpu: {
    readonly memory: { readonly usedBytes: number; readonly totalBytes: number } | null;
    readonly utilizationPercent: number | null;
  },
): Vitals['gpus'][number] => ({
  name,
  usedBytes: gpu.memory?.usedBytes ?? null,
  totalBytes: gpu.memory?.totalBytes ?? null,
  busyPercent: gpu.utilizationPercent,
});
