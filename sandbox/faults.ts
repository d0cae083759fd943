import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What stands in a sandbox that can be broken. */
export interface Breakable {
  readonly model: string;
  readonly wholeModel: Uint8Array;
  /** The module that the api loads. */
  readonly app: string;
  readonly llamaLog: string;
}

/** One planted trouble of a sandbox. */
export interface Fault {
  readonly name: string;
  /** What a person on call would be told: what shows, not why. */
  readonly shows: string;
  /** Before the services are started. */
  plant(at: Breakable): Promise<void>;
  /** A service that is stopped once all of them run. */
  readonly stops?: string;
  /** A service that ends again and again by it. */
  readonly flaps?: string;
  /** The cause that a triage must lead with: check and kind of subject; undefined where nothing is wrong. */
  readonly cause?: readonly [check: string, subject: string];
  /** The playbook for it, and how that must end: cured, rightly left to a person, or nothing done. */
  readonly cure: {
    readonly playbook: string;
    readonly service: string;
    readonly ends: 'verified' | 'escalated' | 'well';
  };
  /** Services that may be restarted for it, and files that may change: `model`. Nothing else may be touched. */
  readonly touches: readonly string[];
}

const nothing = async () => undefined;

/** Of what stands in a log from long ago. */
const loud = [
  'CUDA error: out of memory',
  'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4096.00 MiB on device 0: cudaMalloc failed: out of memory',
  'main: exiting due to model loading error',
  '',
].join('\n');

export const faults: readonly Fault[] = [
  {
    name: 'cut_model',
    shows: 'The chat answers 503 since a model was copied an hour ago.',
    // As after a download that broke off: the header and most of the tensors are there, the end is not.
    plant: ({ model, wholeModel }) => writeFile(model, wholeModel.subarray(0, Math.floor(wholeModel.length * 0.6))),
    flaps: 'llama',
    cause: ['model.complete', 'model:'],
    cure: { playbook: 'llama_recover', service: 'llama', ends: 'verified' },
    touches: ['llama', 'model'],
  },
  {
    name: 'absent_model',
    shows: 'The chat answers 503 after the node was set up anew.',
    plant: ({ model }) => rm(model, { force: true }),
    cause: ['model.present', 'model:'],
    cure: { playbook: 'llama_recover', service: 'llama', ends: 'verified' },
    touches: ['llama', 'model'],
  },
  {
    name: 'stopped_worker',
    shows: 'Jobs wait and none of them is done.',
    plant: nothing,
    stops: 'worker',
    cause: ['service.running', 'service:worker'],
    cure: { playbook: 'worker_attach', service: 'worker', ends: 'verified' },
    touches: ['worker'],
  },
  {
    name: 'wrong_image',
    shows: 'The api is down since the last deploy.',
    plant: ({ app }) => rm(app, { force: true }),
    flaps: 'api',
    cause: ['service.files', 'service:api'],
    cure: { playbook: 'api_recover', service: 'api', ends: 'escalated' },
    touches: [],
  },
  {
    name: 'red_herring',
    shows: 'Jobs wait, and somebody saw CUDA out of memory in a log.',
    async plant({ llamaLog }) {
      await mkdir(dirname(llamaLog), { recursive: true });
      await writeFile(`${llamaLog}.1`, loud);
    },
    stops: 'worker',
    cause: ['service.running', 'service:worker'],
    cure: { playbook: 'worker_attach', service: 'worker', ends: 'verified' },
    touches: ['worker'],
  },
  {
    name: 'healthy',
    shows: 'Somebody says that the chat felt slow this morning.',
    plant: nothing,
    cure: { playbook: 'llama_recover', service: 'llama', ends: 'well' },
    touches: [],
  },
];

/** Errors: for a name that there is not, with those there are. */
export function faultNamed(name: string): Fault {
  const found = faults.find((fault) => fault.name === name);
  if (found !== undefined) return found;
  throw new Error(
    `There is no fault ${JSON.stringify(name)}. There are: ${faults.map((each) => each.name).join(', ')}.`,
  );
}
