import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count, durationText } from '../core/format.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { gpuNode } from './gpu-node.ts';

/**
 * Without persistence the driver leaves a GPU when its last program ends and starts it anew for the next one. That costs
 * where it shows: nvidia-smi and the first request of each program wait. Where nvidia-smi is quick it costs nothing now.
 */
export const gpuPersist = defineCheck({
  name: 'gpu.persist',
  summary: 'The driver stays in the GPUs while no program uses them, or leaving them costs no time',
  layer: 'gpu',
  rule: 'Degraded when persistence is off and nvidia-smi took longer than `gpuWakeSeconds`; never critical.',
  unseen: 'A GPU that a program holds awake answers at once, so the wait after the program has ended does not show.',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate({ devices }, { thresholds: { gpuWakeSeconds } }): readonly Verdict[] {
    if (devices.state !== 'answered') return [];
    const told = devices.gpus.filter(({ persistence }) => persistence !== null);
    if (told.length === 0)
      return [{ status: 'not_applicable', summary: 'No GPU of this node knows a persistence mode.' }];
    const off = told.filter(({ persistence }) => persistence === false);
    if (off.length === 0) return [{ status: 'ok', summary: `Persistence is on for ${count(told.length, 'GPU')}.` }];
    const took = `nvidia-smi took ${durationText(devices.seconds)}`;
    if (devices.seconds <= gpuWakeSeconds)
      return [
        {
          status: 'ok',
          summary: `Persistence is off for ${count(off.length, 'GPU')}, at little cost: ${took}.`,
        },
      ];
    return [
      {
        status: 'degraded',
        summary: `Persistence is off for ${count(off.length, 'GPU')}, and waking them costs time: ${took}, more than ${durationText(gpuWakeSeconds)}.`,
        next: [
          {
            say: 'Have nvidia-persistenced run at boot (`systemctl enable --now nvidia-persistenced`): programs then start without that wait.',
          },
        ],
      },
    ];
  },
});
