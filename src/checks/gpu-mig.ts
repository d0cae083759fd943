import { defineCheck, need } from '../core/check.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { troubledGpus } from './each-gpu.ts';
import { gpuNode } from './gpu-node.ts';

/** A split GPU shows neither load nor memory as a whole: its instances do. Source: NVIDIA's MIG user guide. */
export const gpuMig = defineCheck({
  name: 'gpu.mig',
  summary: 'A GPU that is split has instances to work on, and no change of its mode waits',
  layer: 'gpu',
  rule: "Critical when a GPU in MIG mode has no instance and a service must hold a GPU; degraded without such a service, or while a change of mode waits for a reset. Source: NVIDIA's MIG guide.",
  unseen: 'Whether an instance that a service names is still there.',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate: ({ devices }, { services }) =>
    troubledGpus(
      devices,
      { fine: 'MIG is as it is set', mute: 'No GPU of this node can be split (MIG).' },
      ({ mig, migPending }, called) => {
        if (mig === null && migPending === null) return 'mute';
        if (mig !== null && migPending !== false && mig.length === 0)
          return {
            status: services.some(({ gpu }) => gpu) ? 'critical' : 'degraded',
            summary: `${called} is in MIG mode and has no instance: no program can use it.`,
            restartHelps: 'no',
            next: [
              {
                say: 'Instances are lost with each reset and boot: create them again (nvidia-smi mig -cgi ... -C), or turn MIG off.',
              },
            ],
          };
        if (migPending !== null && migPending !== (mig !== null))
          return {
            status: 'degraded',
            summary: `${called} waits for a reset to turn MIG ${migPending ? 'on' : 'off'}.`,
            next: [{ say: 'Stop what uses the GPU and reset it, or set the mode back.' }],
          };
        return 'fine';
      },
    ),
});
