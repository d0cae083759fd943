import { defineCheck, need } from '../core/check.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { troubledGpus } from './each-gpu.ts';
import { memoryFault } from './gpu-memory-faults.ts';
import { gpuNode } from './gpu-node.ts';

/** Before Ampere failed pages were taken out of use; 64 is the most that can be. */
export const gpuRetired = defineCheck({
  name: 'gpu.retired',
  summary: 'Few memory pages are retired, and none waits for a reboot',
  layer: 'gpu',
  rule: "Critical at 64 retired pages (DCGM), degraded above 60 or while one waits for a reboot. Source: NVIDIA's guide to page retirement.",
  unseen: 'GPUs from Ampere on, which remap rows instead (gpu.remap).',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate: ({ devices }) =>
    troubledGpus(
      devices,
      {
        fine: 'hardly any memory page is retired',
        mute: 'No GPU of this node retires memory pages: they remap rows instead, or tell of neither.',
      },
      ({ ecc }, called) => memoryFault('gpu.retired', ecc, called) ?? (ecc.retiredPages === null ? 'mute' : 'fine'),
    ),
});
