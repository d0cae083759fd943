import { defineCheck, need } from '../core/check.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { troubledGpus } from './each-gpu.ts';
import { memoryFault } from './gpu-memory-faults.ts';
import { gpuNode } from './gpu-node.ts';

/** The driver keeps the threshold itself. */
export const gpuSram = defineCheck({
  name: 'gpu.sram',
  summary: 'The SRAM of each GPU has fewer errors than its maker allows',
  layer: 'gpu',
  rule: 'Critical when the driver says that a GPU had more SRAM errors than its threshold, which the driver keeps itself. Source: NVML, DCGM.',
  unseen: 'How near the threshold is, and GPUs that tell nothing of it.',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate: ({ devices }) =>
    troubledGpus(
      devices,
      {
        fine: 'within what the maker allows of SRAM errors',
        mute: 'No GPU of this node says whether its SRAM has too many errors.',
      },
      ({ ecc }, called) =>
        memoryFault('gpu.sram', ecc, called) ?? (ecc.flags.sram_threshold_exceeded === undefined ? 'mute' : 'fine'),
    ),
});
