import type { Drill } from '../support/drill.ts';
import type { Part } from '../support/planted-node.ts';
import type { Told } from '../support/planted-programs.ts';
import { back, untilBack } from './back.ts';
import { gpus, kernel, oldXid } from '../situations/gpu.ts';
import { llama as wholeLlama, llamaPort, modelPath, worker } from '../situations/parts.ts';

const onGpu: Told = {
  port: llamaPort,
  says: ['main: server is listening on http://127.0.0.1:8081 - starting the main loop'],
  answers: { '/health': [200, { status: 'ok' }] },
};
const onCpu: Told = { ...onGpu, blind: true };
/** A llama whose health is good wherever it computes. */
const llama = (
  { told = onGpu, declared = {}, ...more }: Parameters<typeof wholeLlama>[0] = {},
  gpu: Part = gpus(),
): readonly Part[] => [
  gpu,
  wholeLlama({ told, declared: { gpu: true, startSeconds: 8, quietSeconds: 1, ...declared }, ...more }),
  worker(),
];
const playbook = 'gpu_reattach';

/** The field's rule: after a driver recovers, nothing that fell back returns by itself. */
export const reattached: readonly Drill[] = [
  {
    name: 'llama fell back to the CPU, the GPU is well, and an old Xid of a program is in the kernel log',
    playbook,
    service: 'llama',
    herring: true,
    plant: () => [...llama({ told: untilBack(onGpu, onCpu) }), kernel(oldXid), back('llama', 'listening')],
    acts: [
      {
        state: 'verified',
        remedy: 'restart',
        says: /GPU is healthy and llama works without it/,
        restarted: ['llama'],
      },
      { state: 'well', says: /nothing to do: gpu_reattach finds llama well/ },
    ],
  },
  {
    name: 'llama fell back to the CPU, and the driver is still not well',
    playbook,
    service: 'llama',
    plant: () =>
      llama(
        { told: onCpu },
        gpus({
          library: '580.173',
          script: 'echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18',
        }),
      ),
    acts: [
      { state: 'escalated', remedy: 'mend_gpu_first', says: /fall back to the CPU again/, next: /gpu_fault on gpu-1/ },
    ],
  },
  {
    name: 'llama fell back to the CPU, and nothing tells whether the GPU is well',
    playbook,
    service: 'llama',
    plant: () => llama({ told: onCpu }, gpus({ script: 'exit 127' })),
    acts: [
      {
        state: 'escalated',
        remedy: 'see_the_gpu_first',
        says: /can not be told/,
        next: /Make the driver answer first/,
      },
    ],
  },
  {
    name: 'the environment of llama hides every GPU from it',
    playbook,
    service: 'llama',
    plant: () =>
      llama({ told: onCpu, section: { environment: 'SITUATION_PROGRAM="llama",CUDA_VISIBLE_DEVICES="-1"' } }),
    acts: [
      { state: 'escalated', remedy: 'show_it_the_gpu', says: /keeps it from the GPU/, next: /then restart llama/ },
    ],
  },
  {
    name: 'llama was built for another driver',
    playbook,
    service: 'llama',
    plant: () =>
      llama({
        told: {
          ...onCpu,
          says: [
            'CUDA error: CUDA driver version is insufficient for CUDA runtime version',
            `srv    load_model: loading model '${modelPath}'`,
            ...(onCpu.says ?? []),
          ],
        },
      }),
    acts: [
      { state: 'escalated', remedy: 'take_another_build', says: /does not fit this driver/, next: /Deploy an image/ },
    ],
  },
  {
    name: 'llama is on the CPU again after a restart beside a GPU that is well',
    playbook,
    service: 'llama',
    plant: () => llama({ told: onCpu }),
    acts: [
      {
        state: 'escalated',
        remedy: 'still_on_the_cpu',
        says: /is on the CPU again/,
        next: /started without the GPU/,
        restarted: ['llama'],
      },
    ],
  },
];
