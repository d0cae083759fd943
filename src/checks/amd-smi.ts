import { defineCheck, need, type Verdict } from '../core/check.ts';
import { bytesText, count } from '../core/format.ts';
import type { Thresholds } from '../core/node.ts';
import { amdDevices } from '../probes/amd-devices.ts';
import type { AmdGpu } from '../probes/amd-gpu.ts';
import { gpuPci } from '../probes/gpu-pci.ts';
import { gpuNode } from './gpu-node.ts';

const nearDegrees = 5;
/** Graphics in a processor set aside less and borrow from the host: how full that is says nothing. */
const leastOwnMemory = 4 * 1024 ** 3;

/** Source: the kernel's amdgpu pages; the limit of the temperature is the GPU's own. */
export const amdSmi = defineCheck({
  name: 'amd.smi',
  summary: 'AMD GPUs tell their state: memory is left, they are not too hot, and memory has no uncorrected errors',
  layer: 'gpu',
  rule: "Critical for uncorrected memory errors since the driver was loaded and at the critical temperature of the GPU; degraded within 5 °C of that, or below `gpuMemoryDegradedPercent` of free memory; unknown when nothing is told. Source: the kernel's amdgpu pages.",
  unseen: 'GPUs that sleep, corrected errors, throttling, links between GPUs, and AMD GPUs beside NVIDIA ones.',
  subjects: gpuNode,
  needs: () => ({ amd: need(amdDevices, {}), pci: need(gpuPci, {}) }),
  evaluate({ amd, pci }, { thresholds }): readonly Verdict[] {
    if (!amd.compute || pci.gpus.some(({ vendor }) => vendor === 'nvidia')) return [];
    if (amd.gpus.length === 0)
      return [
        {
          status: 'unknown',
          summary: `/dev/kfd is there, but no AMD GPU tells its state: ${amd.said ?? 'the kernel shows no card'}.`,
          next: [
            { say: 'Install amd-smi, or let the login see /sys/class/drm; look for amdgpu lines in the kernel log.' },
          ],
        },
      ];
    return amd.gpus.map((gpu) => ({ ...judge(gpu, thresholds), subject: `gpu:${gpu.name.replace(/^gpu /, '')}` }));
  },
});

function judge(gpu: AmdGpu, { gpuMemoryDegradedPercent }: Thresholds): Verdict {
  const { name, busId, memory, celsius, criticalCelsius, uncorrectedErrors, utilizationPercent } = gpu;
  const called = `AMD ${name}${busId === null ? '' : ` at ${busId}`}`;
  if (gpu.asleep) return { status: 'ok', summary: `${called} sleeps: nothing uses it.` };
  if (uncorrectedErrors !== null && uncorrectedErrors > 0)
    return {
      status: 'critical',
      summary: `${called} has ${count(uncorrectedErrors, 'uncorrected memory error')} since its driver was loaded.`,
      restartHelps: 'no',
      next: [
        { say: 'Results computed on it may be wrong: drain the node and reboot it; look for RAS lines of amdgpu.' },
      ],
    };
  if (celsius !== null && criticalCelsius !== null && celsius > criticalCelsius - nearDegrees)
    return {
      status: celsius >= criticalCelsius ? 'critical' : 'degraded',
      summary: `${called} is at ${celsius} °C, its limit is ${criticalCelsius} °C.`,
      restartHelps: 'no',
      next: [{ say: 'Check fans and air flow; until then run fewer jobs at once on it.' }],
    };
  const own = memory !== null && memory.totalBytes >= leastOwnMemory ? memory : null;
  const free = own === null ? 100 : (100 * (own.totalBytes - own.usedBytes)) / own.totalBytes;
  const left =
    own === null
      ? ''
      : `: ${bytesText(own.totalBytes - own.usedBytes)} of ${bytesText(own.totalBytes)} free (${free.toFixed(1)} %)`;
  if (free < gpuMemoryDegradedPercent)
    return {
      status: 'degraded',
      summary: `${called}${left}, below ${gpuMemoryDegradedPercent} %.`,
      next: [
        {
          say: 'Before more is loaded, lower batch, parallel or context of the model servers; offload fewer layers last.',
        },
      ],
    };
  if (memory === null && celsius === null && utilizationPercent === null)
    return { status: 'unknown', summary: `${called} tells nothing of its state.` };
  return { status: 'ok', summary: `${called}${left}${celsius === null ? '' : `, at ${celsius} °C`}.` };
}
