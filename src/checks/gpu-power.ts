import { defineCheck, need } from '../core/check.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { troubledGpus } from './each-gpu.ts';
import { isBusy } from './gpu-looks.ts';
import { gpuNode } from './gpu-node.ts';

/** Below this part of the default a limit that holds back a busy GPU is no tuning. */
const criticalPercent = 50;

/** Threshold: a limit below 90 % of the default; many lower it a little on purpose. Source: gpud's power check. */
export const gpuPower = defineCheck({
  name: 'gpu.power',
  summary: 'The power limit of each GPU is near the one it comes with',
  layer: 'gpu',
  rule: 'Degraded when the power limit is below `gpuPowerLimitPercent` of the default (gpud), critical at 50 % or less while it holds back a busy GPU.',
  unseen: 'Who set the limit, and limits outside the GPU (BMC, power supplies).',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate: ({ devices }, { thresholds }) =>
    troubledGpus(
      devices,
      {
        fine: `power limit at ${thresholds.gpuPowerLimitPercent} % of the default or more`,
        mute: 'No GPU of this node tells its power limit and the default.',
      },
      (gpu, called) => {
        const { powerLimitWatts: limit, powerDefaultWatts: usual } = gpu;
        if (limit === null || usual === null || usual === 0) return 'mute';
        const percent = Math.round((100 * limit) / usual);
        if (percent >= thresholds.gpuPowerLimitPercent) return 'fine';
        const held = isBusy(gpu) && gpu.throttle.active.includes('power cap');
        return {
          status: held && percent <= criticalPercent ? 'critical' : 'degraded',
          summary: `${called} is limited to ${limit} W, ${percent} % of its default ${usual} W and below ${thresholds.gpuPowerLimitPercent} %${held ? '; the limit holds it back now' : ''}.`,
          restartHelps: 'no',
          next: [
            {
              say: `Find out who set the limit and why before you change it; \`nvidia-smi -pl ${usual}\` is the default.`,
            },
          ],
        };
      },
    ),
});
