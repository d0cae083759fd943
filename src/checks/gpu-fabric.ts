import { defineCheck, need } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { identity } from '../probes/identity.ts';
import { troubledGpus } from './each-gpu.ts';
import { gpuNode } from './gpu-node.ts';

/** The fabric manager has joined the GPUs by then. Source: gpud and AWS wait 5 minutes. */
const joinSeconds = 300;

/** GPUs behind NVSwitch (from Hopper on) tell whether they have joined the fabric; CUDA refuses to start before. */
export const gpuFabric = defineCheck({
  name: 'gpu.fabric',
  summary: 'GPUs behind NVSwitch have joined its fabric, and it is healthy',
  layer: 'gpu',
  rule: 'Critical when a GPU has not joined its fabric 300 s after boot (gpud, AWS) or joined with an error; degraded before that, or when the fabric calls itself unhealthy.',
  unseen: 'GPUs before Hopper, which tell nothing of a fabric, and single NVLinks: Xids show those when they fail.',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }), identity: need(identity, {}) }),
  evaluate: ({ devices, identity: { uptimeSeconds } }) =>
    troubledGpus(
      devices,
      { fine: 'joined to the NVSwitch fabric', mute: 'No GPU of this node tells of an NVSwitch fabric.' },
      ({ fabric }, called) => {
        if (fabric === null) return 'mute';
        const { state, status, ails } = fabric;
        if (state !== 'Completed' && uptimeSeconds < joinSeconds)
          return {
            status: 'degraded',
            summary: `${called} has not joined the NVSwitch fabric yet ("${state}"), ${durationText(uptimeSeconds)} after boot.`,
            next: [{ say: 'Look again in some minutes: until then CUDA programs fail with error 802.' }],
          };
        if (state !== 'Completed' || (status !== null && status !== 'Success'))
          return {
            status: 'critical',
            summary: `${called} has not joined the NVSwitch fabric (state "${state}", status "${status ?? 'unknown'}"): CUDA programs fail with error 802.`,
            signature: 'CU-802',
            restartHelps: 'no',
            next: [
              {
                say: 'See nvidia-fabricmanager and its log (/var/log/fabricmanager.log): it must run in exactly the version of the driver. Start it while no job runs, then restart the services.',
              },
            ],
          };
        if (ails.length > 0)
          return {
            status: 'degraded',
            summary: `${called} has joined the NVSwitch fabric, which is not healthy: ${ails.join(', ')}.`,
            restartHelps: 'no',
            next: [{ say: 'Look for SXid lines in the kernel log, and see `nvidia-smi nvlink -s` on the node.' }],
          };
        return 'fine';
      },
    ),
});
