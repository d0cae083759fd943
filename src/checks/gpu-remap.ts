import { defineCheck, need } from '../core/check.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { troubledGpus } from './each-gpu.ts';
import { memoryFault } from './gpu-memory-faults.ts';
import { gpuNode } from './gpu-node.ts';

/** Ampere and later swap failed rows for spare ones. GeForce cards and virtual machines show none of it, which proves nothing. */
export const gpuRemap = defineCheck({
  name: 'gpu.remap',
  summary: 'No failed memory row waits for a reset, and spare rows are left',
  layer: 'gpu',
  rule: "Critical when a remapping failed or waits for a reset, or after more than 512 rows (Azure, gpud); degraded for any remapped row or a bank without spare rows. Source: NVIDIA's guide to GPU memory errors.",
  unseen: 'GeForce cards, virtual machines and GPUs before Ampere, which tell nothing of it.',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate: ({ devices }) =>
    troubledGpus(
      devices,
      { fine: 'no memory row failed', mute: 'No GPU of this node remaps failed memory rows, or tells of it.' },
      ({ ecc }, called) =>
        memoryFault('gpu.remap', ecc, called) ?? (ecc.remappedUncorrected === null ? 'mute' : 'fine'),
    ),
});
