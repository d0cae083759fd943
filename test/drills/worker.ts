import type { Drill } from '../support/drill.ts';
import type { Part } from '../support/planted-node.ts';
import type { Told } from '../support/planted-programs.ts';
import { back, untilBack } from './back.ts';
import { gpus } from '../situations/gpu.ts';
import { crashingJob } from '../situations/herrings.ts';
import { fastapi, llama, stray, worker as wholeWorker, workerFails } from '../situations/parts.ts';

const queue = 'transcribe@gpu';
const polls = (identity: string): Told => ({
  says: [`INFO worker: Worker Identity: ${identity}`, 'INFO worker: Worker started'],
  polls: { queue, identity },
});
const onGpu = polls('worker-7@gpu-1@gpu');
const onCpu: Told = { ...polls('gpu-1@cpu'), blind: true };
/** What answers for Temporal on this node, and shows who polls. */
const temporal = stray('temporal', 7243, {});
const server = { address: '127.0.0.1:7243', http: 'http://127.0.0.1:7243', identity: '@gpu' };

/** A GPU worker that is judged soon, with its queue, beside services that nobody may touch. */
const worker = (
  { told = onGpu, declared = {}, ...more }: Parameters<typeof wholeWorker>[0] = {},
  gpu: Part = gpus(),
): readonly Part[] => [
  gpu,
  llama({ declared: { gpu: true } }),
  fastapi(),
  wholeWorker({
    told,
    declared: { gpu: true, needs: [], queue, temporal: server, startSeconds: 8, quietSeconds: 1, ...declared },
    ...more,
  }),
];
const gaveUp = { section: { startsecs: '0', autorestart: 'false' }, becomes: 'ended' } as const;

const playbook = 'worker_attach';
const well = { state: 'well', says: /nothing to do: worker_attach finds worker-gpu well/ } as const;
const log = '/var/log/worker-gpu.err';
const said = (line: string, remedy: string, says: RegExp, next: RegExp): Drill['acts'][number] => ({
  put: { [log]: `INFO worker: Worker Identity: 1@gpu-1@gpu\n${line}\n` },
  state: 'escalated',
  remedy,
  says,
  next,
});

/** Seed: a GPU worker does not start or attach. */
export const workers: readonly Drill[] = [
  {
    name: 'the worker found no GPU when it started, and the GPU is back: it alone is restarted, and polls with its GPU',
    playbook,
    herring: true,
    plant: () => [
      ...worker({ told: untilBack(onGpu, onCpu) }),
      temporal,
      crashingJob,
      back('worker-gpu', 'Worker started'),
      { after: ['until grep -q cpu /run/temporal/*; do sleep 0.1; done'] },
    ],
    acts: [
      {
        state: 'verified',
        remedy: 'restart',
        says: /GPU, settings and queue are well, and worker-gpu has not taken them up/,
        restarted: ['worker-gpu'],
        holds: { [`/run/temporal/${queue}`]: /@gpu"/ },
      },
      well,
    ],
  },
  {
    name: 'the worker says that it serves the CPU queue, and it is the driver that is not well',
    playbook,
    herring: true,
    plant: () =>
      worker(
        { told: onCpu, declared: { queue: undefined, temporal: undefined } },
        gpus({
          library: '580.173',
          script: 'echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18',
        }),
      ),
    acts: [{ state: 'escalated', remedy: 'mend_gpu_first', says: /would come back without it/, next: /gpu_fault/ }],
  },
  {
    name: 'what the worker says last tells a queue that does not let it in from a build that does not fit',
    playbook,
    plant: () => [
      ...worker({
        told: workerFails(
          'RuntimeError: Poll failure: Unhandled grpc error when polling: Status { code: PermissionDenied }',
        ),
        declared: { queue: undefined },
        ...gaveUp,
      }),
      temporal,
    ],
    acts: [
      { state: 'escalated', remedy: 'let_it_in', says: /does not let it in/, next: /Compare namespace and API key/ },
      said(
        'RuntimeError: CUDA error: no kernel image is available for execution on the device',
        'take_another_build',
        /does not fit this node/,
        /fits the GPU and the driver/,
      ),
      said(
        'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.69 GiB of which 1.80 GiB is free.',
        'free_the_gpu',
        /memory of the GPU is used up/,
        /gpu status gpu-1/,
      ),
    ],
  },
  {
    name: 'the worker was started for another queue than it must serve',
    playbook,
    plant: () => [
      ...worker({
        declared: { env: { QUEUE_SUFFIX: '@gpu' } },
        section: { environment: 'SITUATION_PROGRAM="worker-gpu",QUEUE_SUFFIX="@cpu"' },
      }),
      temporal,
    ],
    acts: [
      {
        state: 'escalated',
        remedy: 'correct_its_settings',
        says: /another mode, or for another queue.*QUEUE_SUFFIX/,
        next: /then restart worker-gpu/,
      },
    ],
  },
  {
    name: 'nothing listens where the worker looks for its queue, and it says all the time that it has no GPU',
    playbook,
    herring: true,
    plant: () =>
      worker({
        told: workerFails(
          'INFO worker: Worker Identity: gpu-1@cpu',
          'RuntimeError: Failed client connect: Server connection error',
        ),
        ...gaveUp,
      }),
    acts: [
      { state: 'escalated', remedy: 'open_the_way', says: /can not be reached from this node/, next: /frontend runs/ },
    ],
  },
  {
    name: 'somebody else polls the queue of the worker',
    playbook,
    plant: () => [
      ...worker({ told: polls('gpu-1@tpu') }),
      temporal,
      { after: ['until grep -q tpu /run/temporal/*; do sleep 0.1; done'] },
    ],
    acts: [
      {
        state: 'escalated',
        remedy: 'correct_its_identity',
        says: /under another name than it must/,
        next: /Compare the identity/,
      },
    ],
  },
  {
    name: 'the command of the worker was corrected, and supervisor was not told',
    playbook,
    plant: () => [
      ...worker({ told: workerFails('ValueError: unknown mode'), declared: { queue: undefined }, ...gaveUp }),
      temporal,
      { after: ['sed -i "s#^command=/workspace/bin/worker.*#& --mode gpu#" /etc/supervisor/supervisord.conf'] },
    ],
    acts: [
      {
        state: 'escalated',
        remedy: 'load_its_config',
        says: /does not run it as its configuration says/,
        next: /load|update/,
      },
    ],
  },
  {
    name: 'somebody stopped the worker',
    playbook,
    plant: () => [...worker({ section: { autostart: 'false' }, becomes: 'nothing' }), temporal],
    acts: [
      { state: 'verified', remedy: 'start', says: /Somebody has stopped worker-gpu/, restarted: ['worker-gpu'] },
      well,
    ],
  },
  {
    name: 'the worker is on the CPU again after a restart beside a GPU that is well',
    playbook,
    plant: () =>
      worker({
        told: { says: ['INFO worker: Worker started'], blind: true },
        declared: { queue: undefined, temporal: undefined },
      }),
    acts: [
      {
        state: 'escalated',
        remedy: 'still_detached',
        says: /started anew while all it needs is well, and that did not help/,
        next: /built or started without the GPU/,
        restarted: ['worker-gpu'],
      },
    ],
  },
  {
    name: 'the worker crashes all the time with a bug of its own',
    playbook,
    plant: () => [
      ...worker({
        told: { ...workerFails('ZeroDivisionError: division by zero'), after: 0.2 },
        declared: { queue: undefined },
        becomes: 'flapping',
      }),
      temporal,
    ],
    acts: [
      { state: 'escalated', remedy: 'read_its_log', says: /what ends it is not known/, next: /Read the first error/ },
    ],
  },
];
