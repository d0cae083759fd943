import { defineCheck, need } from '../core/check.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { troubledGpus } from './each-gpu.ts';
import { memoryFault } from './gpu-memory-faults.ts';
import { gpuNode } from './gpu-node.ts';

/** Channel and TPC repair are finished by a reset. Source: NVML, driver 580. */
export const gpuRepair = defineCheck({
  name: 'gpu.repair',
  summary: 'No part of a GPU waits for a repair or is past it',
  layer: 'gpu',
  rule: 'Critical for memory that can not be repaired, degraded while a repair of memory or processors waits for a reset. Source: NVML.',
  unseen: 'Drivers before 580 and cards that are not for data centers, which tell nothing of it.',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate: ({ devices }) =>
    troubledGpus(
      devices,
      {
        fine: 'no repair is pending',
        mute: 'No GPU of this node tells of repairs (drivers since 580 do, on data center GPUs).',
      },
      ({ ecc }, called) =>
        memoryFault('gpu.repair', ecc, called) ?? (ecc.flags.channel_repair_pending === undefined ? 'mute' : 'fine'),
    ),
});
