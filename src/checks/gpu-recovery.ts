import { defineCheck, need } from '../core/check.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { eachGpu } from './each-gpu.ts';
import { gpuNode } from './gpu-node.ts';

/** The driver knows best: what it recommends is passed on word for word. Source: DCGM's recovery action, Xid 154. */
export const gpuRecovery = defineCheck({
  name: 'gpu.recovery',
  summary: 'The driver asks for no reset, reboot or drain of a GPU',
  layer: 'gpu',
  rule: 'Critical when the driver asks for a reset, a reboot or a drain, degraded for "Drain P2P"; unknown when a GPU is too broken to say. Source: DCGM\'s recovery action, Xid 154.',
  unseen: 'What a GPU needs whose driver is too old to recommend anything.',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate: ({ devices }) =>
    eachGpu(devices, ({ recovery, faults }, called) => {
      if (recovery === null) {
        return faults.length > 0
          ? { status: 'unknown', summary: `${called} is too broken to say what it needs.` }
          : { status: 'not_applicable', summary: `${called}: this driver recommends nothing for it.` };
      }
      if (recovery === 'None') return { status: 'ok', summary: `${called} needs no recovery, says the driver.` };
      return {
        status: recovery === 'Drain P2P' ? 'degraded' : 'critical',
        summary: `The driver asks for "${recovery}" of ${called}.`,
        restartHelps: 'no',
        next: [{ say: advice[recovery] ?? `Do what the driver asks for: ${recovery}.` }],
      };
    }),
});

const advice: Readonly<Record<string, string>> = {
  Reset: 'Stop what uses the GPU, then reset it (nvidia-smi --gpu-reset) or reboot.',
  Reboot: 'Drain the node and reboot it: a reset of the GPU is not enough.',
  'Drain P2P': 'Let its peer-to-peer work end and start none; reset it at a quiet time.',
  'Drain and Reset': 'Let running work end and start none, then reset the GPU.',
};
