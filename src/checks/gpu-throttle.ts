import { defineCheck, needTwice, type Verdict } from '../core/check.ts';
import { gpuDevices, type GpuDevices } from '../probes/gpu-devices.ts';
import type { Gpu } from '../probes/nvidia-smi-gpu.ts';
import type { ThrottleReason } from '../probes/nvidia-smi-state.ts';
import { troubledGpus, type Judged } from './each-gpu.ts';
import { apartMs, before, latestOf, type Before } from './gpu-looks.ts';
import { gpuNode } from './gpu-node.ts';

interface Slowdown {
  readonly reason: ThrottleReason;
  readonly status: Verdict['status'];
  readonly says: string;
  readonly advice: string;
}

const cool = 'A person has to look at fans and air flow; until then run fewer jobs at once on it.';

/** Worst first. A power cap alone is how a GPU at full load works, so it is not among them. Source: NVML, gpud, DCGM. */
const slowdowns: readonly Slowdown[] = [
  {
    reason: 'power brake',
    status: 'critical',
    says: 'by the power brake: the machine can not feed it',
    advice: 'A person has to look at the power supplies and the BMC; until then run fewer jobs at once.',
  },
  { reason: 'hardware heat', status: 'critical', says: 'by its hardware against heat', advice: cool },
  {
    reason: 'hardware',
    status: 'critical',
    says: 'by its hardware (heat, power brake or a signal from outside)',
    advice: 'See temperature and power of the GPU, then the power supplies and the BMC.',
  },
  { reason: 'heat', status: 'degraded', says: 'by the driver against heat', advice: cool },
];

/** A flag of one moment proves little: it has to stand in both looks, and its counter, if there is one, to have grown. */
export const gpuThrottle = defineCheck({
  name: 'gpu.throttle',
  summary: 'No GPU is slowed down by heat or lack of power',
  layer: 'gpu',
  rule: 'Critical when the hardware slows a GPU against heat or for lack of power, degraded when the driver does against heat; it must stand in two looks 5 s apart and its counter, if any, grow. A power cap alone is normal. Sources: NVML, gpud, DCGM.',
  unseen: 'Slowdowns that do not stand in both looks, and GPUs that name no reason.',
  subjects: gpuNode,
  needs: (_, { become }) => ({
    looks: needTwice(gpuDevices, { become }, { apartMs, settled: (first) => !isSlow(first) }),
  }),
  evaluate: ({ looks }) =>
    troubledGpus(
      latestOf(looks),
      { fine: 'not slowed down by heat or lack of power', mute: 'No GPU of this node says why its clocks are low.' },
      (gpu, called) => judge(gpu, called, before(gpu, looks)),
    ),
});

const isSlow = (devices: GpuDevices): boolean =>
  devices.state === 'answered' &&
  devices.gpus.some(({ throttle }) => slowdowns.some(({ reason }) => throttle.active.includes(reason)));

function judge(gpu: Gpu, called: string, first: Before | null): Judged {
  if (gpu.performance === null) return 'mute';
  for (const { reason, status, says, advice } of slowdowns) {
    const stood = gpu.throttle.active.includes(reason) && first?.gpu.throttle.active.includes(reason) === true;
    const percent = stood ? share(reason, gpu, first) : 0;
    if (percent === 0) continue;
    const often = percent === null ? 'in two looks' : `${percent} % of the time`;
    const heat = gpu.temperature.celsius === null ? '' : `, at ${gpu.temperature.celsius} °C`;
    const power = gpu.powerWatts === null ? '' : `, drawing ${Math.round(gpu.powerWatts)} W`;
    return {
      status,
      summary: `${called} is slowed down ${says}, ${often}${heat}${power}.`,
      restartHelps: 'no',
      next: [{ say: advice }],
    };
  }
  return 'fine';
}

/** Of the time between two looks; null where the driver does not count it. */
function share(reason: ThrottleReason, gpu: Gpu, { gpu: then, ms }: Before): number | null {
  const [held, had] = [gpu, then].map(({ throttle }) => throttle.microseconds[reason]);
  return held === undefined || had === undefined ? null : Math.min(100, Math.round((held - had) / 10 / ms));
}
