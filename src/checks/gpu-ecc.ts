import { defineCheck, need } from '../core/check.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { eachGpu } from './each-gpu.ts';
import { memoryFault } from './gpu-memory-faults.ts';
import { gpuNode } from './gpu-node.ts';

export const gpuEcc = defineCheck({
  name: 'gpu.ecc',
  summary: 'GPU memory has no errors that correction could not mend',
  layer: 'gpu',
  rule: "Critical for an uncorrected error since the driver was loaded, degraded for one in the life of the GPU; unknown when it is too broken to tell. Source: NVIDIA's guide to GPU memory errors.",
  unseen: 'GPUs without ECC or with ECC off, and corrected errors, however fast they come.',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate: ({ devices }) =>
    eachGpu(devices, ({ ecc, faults }, called) => {
      const fault = memoryFault('gpu.ecc', ecc, called);
      if (fault !== null) return fault;
      if (ecc.volatileUncorrected !== null)
        return { status: 'ok', summary: `${called} has no uncorrected memory errors.` };
      return faults.length > 0
        ? { status: 'unknown', summary: `${called} is too broken to tell its memory errors.` }
        : { status: 'not_applicable', summary: `${called} counts no memory errors: it has no ECC, or it is off.` };
    }),
});
