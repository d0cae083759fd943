import type { GpuDevices } from '../probes/gpu-devices.ts';
import type { Gpu } from '../probes/nvidia-smi-gpu.ts';

/** Between two looks of nvidia-smi: the same for all checks that need a second one, so that it is taken once. */
export const apartMs = 5_000;

/** Two looks, or one where the first told enough. */
export type Looks = readonly [GpuDevices, ...GpuDevices[]];

/** What a GPU said in the first of two looks, and how many milliseconds before the second; null with one look only. */
export interface Before {
  readonly gpu: Gpu;
  readonly ms: number;
}

export const latestOf = (looks: Looks): GpuDevices => looks.at(-1) ?? looks[0];

export function before(gpu: Gpu, looks: Looks): Before | null {
  const [first, second] = looks;
  if (first.state !== 'answered' || second?.state !== 'answered') return null;
  const same = first.gpus.find(({ uuid, index }) => uuid === gpu.uuid && index === gpu.index);
  return same === undefined || second.at <= first.at ? null : { gpu: same, ms: second.at - first.at };
}

/** It works right now, so that its clocks and its link are not lowered for want of work. */
export const isBusy = ({ utilizationPercent, performance }: Gpu): boolean =>
  (utilizationPercent ?? 100) >= 10 && ['P0', 'P1', 'P2'].includes(performance ?? '');
