import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Fault } from '../fault.ts';
import { hostOf } from '../place.ts';

/** Of what stands in a log from long ago. */
const loud = [
  'CUDA error: out of memory',
  'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4096.00 MiB on device 0: cudaMalloc failed: out of memory',
  'main: exiting due to model loading error',
  '',
].join('\n');

const stoppedWorker = {
  stops: 'worker',
  cause: ['service.running', 'service:worker'],
  named: /service\.running.*worker|worker.*(?:stopped|not running|does not run|is down)|stopped.*worker/i,
  cure: { playbook: 'worker_attach', service: 'worker', ends: 'verified' },
  touches: ['worker'],
} as const satisfies Partial<Fault>;

/** Of the services themselves. */
export const serviceFaults: readonly Fault[] = [
  {
    ...stoppedWorker,
    name: 'stopped_worker',
    shows: 'Jobs wait and none of them is done.',
    managers: ['pm2', 'supervisor'],
  },
  {
    ...stoppedWorker,
    name: 'red_herring',
    shows: 'Jobs wait, and somebody saw CUDA out of memory in a log.',
    managers: ['supervisor', 'pm2'],
    async plant(place) {
      const log = `${hostOf(place).logs('llama').err}.1`;
      await mkdir(dirname(log), { recursive: true });
      await writeFile(log, loud);
    },
  },
  {
    name: 'wrong_image',
    shows: 'The api is down since the last deploy.',
    managers: ['pm2', 'supervisor'],
    plant: ({ app }) => rm(app, { force: true }),
    flaps: 'api',
    cause: ['service.files', 'service:api'],
    named: /service\.files|main\.py|code.*(?:missing|not there|not where)|wrong image/i,
    cure: { playbook: 'api_recover', service: 'api', ends: 'escalated' },
    touches: [],
  },
  {
    name: 'stopped_api',
    shows: 'Nothing answers on the port of the api since this morning.',
    managers: ['supervisor', 'pm2'],
    stops: 'api',
    cause: ['service.running', 'service:api'],
    named: /service\.running.*api|api.*(?:stopped|not running|does not run)|stopped.*api/i,
    cure: { playbook: 'api_recover', service: 'api', ends: 'verified' },
    touches: ['api'],
  },
  {
    name: 'tuned_worker',
    shows: 'Since yesterday’s change of the worker its jobs take twice as long. Take that change back.',
    managers: ['supervisor', 'pm2'],
    done({ workerEnv }) {
      const edit = ['file', 'edit', 'sandbox', 'worker', workerEnv, '--key=TASKS_AT_ONCE', '--value=8', '--restart'];
      return [...edit, '--why=More jobs at once'];
    },
    named: /TASKS_AT_ONCE|at once|edit|worker\.env/i,
    cure: { playbook: 'rollback', ends: 'verified' },
    touches: ['worker', 'workerEnv'],
    restores: 'workerEnv',
  },
  {
    name: 'healthy',
    shows: 'Somebody says that the chat felt slow this morning.',
    managers: ['pm2', 'supervisor'],
    named: /nothing|healthy|\bwell\b|\bok\b|\bfine\b/i,
    cure: { playbook: 'llama_recover', service: 'llama', ends: 'well' },
    touches: [],
  },
];
