import { ggufModel } from '../../sandbox/gguf.ts';
import type { Part } from '../support/planted-node.ts';
import {
  stray as strayProgram,
  supervisorConfig,
  type PlantedProgram,
  type Told,
} from '../support/planted-programs.ts';

export const modelPath = '/workspace/packages/models/llm/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf';
export const wholeModel = ggufModel('llama-3.1', ['token_embd.weight', 'blk.0.ffn_down.weight', 'output.weight'], 256);

/** What differs from a service that is well. */
interface Difference {
  readonly told?: Told;
  readonly becomes?: PlantedProgram['becomes'];
  readonly section?: Readonly<Record<string, string>>;
  /** Of its entry in the fleet file. */
  readonly declared?: object;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** A fleet declares the manager of all services of a node. */
const underSupervisor = { manager: 'supervisor', config: supervisorConfig };
/** The services are looked at a moment after their start. */
export const young = {
  thresholds: {
    youngSeconds: 1,
    // A machine that is busy with other tests is slow in all it does.
    clockDegradedSeconds: 20,
    modelSlowSeconds: 30,
    healthSlowMs: 10_000,
    mountSlowMs: 30_000,
    gpuSlowSeconds: 30,
    gpuWakeSeconds: 30,
  },
};

interface Whole extends Difference {
  readonly name: string;
  readonly path: string;
  readonly args: string;
  readonly told: Told;
  readonly declared: object;
}

function service({ name, path, args, told, declared, files = {}, becomes, section }: Whole): Part {
  return {
    programs: [
      {
        name,
        path,
        args,
        told,
        becomes: becomes ?? ((told.until?.does ?? told).exit === undefined ? 'running' : 'crashing'),
        ...(section !== undefined && { section }),
      },
    ],
    files,
    services: { [name]: { ...underSupervisor, ...declared } },
    node: young,
  };
}

export const llamaPort = 8081;
const llamaReady = [
  'main: server is listening on http://127.0.0.1:8081 - starting the main loop',
  'srv  update_slots: all slots are idle',
];
const loading = [
  'build: 6123 (8ff2060) with cc (Debian 12.2.0-14) 12.2.0 for x86_64-linux-gnu',
  'main: HTTP server is listening, hostname: 127.0.0.1, port: 8081, http threads: 15',
  'main: loading model',
  `srv    load_model: loading model '${modelPath}'`,
];

/** A llama-server that gives up at each start with these lines. */
export const llamaFails = (...lines: readonly string[]): Told => ({ says: [...loading, ...lines], exit: 1 });
/** What it says after the reason of a model that can not be loaded. */
export const notLoaded = [
  'llama_model_load_from_file_impl: failed to load model',
  `srv    load_model: failed to load model, '${modelPath}'`,
  'main: exiting due to model loading error',
];

/** llama-server with its model; without `model` there is no file. */
export function llama({
  model = wholeModel,
  ...differing
}: Difference & { readonly model?: string | Uint8Array | null } = {}): Part {
  return service({
    name: 'llama',
    path: '/usr/local/bin/llama-server',
    args: `--model ${modelPath} --port ${llamaPort}`,
    told: { port: llamaPort, says: [...loading, ...llamaReady], answers: { '/health': [200, { status: 'ok' }] } },
    ...differing,
    files: { ...(model === null ? {} : { [modelPath]: model }), ...differing.files },
    declared: {
      kind: 'llama',
      models: [{ path: modelPath }],
      health: [{ url: `http://127.0.0.1:${llamaPort}/health`, expect: { status: 'ok' } }],
      ...differing.declared,
    },
  });
}

const uvicornStarts = ['INFO:     Started server process [@PID@]', 'INFO:     Waiting for application startup.'];
export const mainFile = '/workspace/src/api/main.py';

/** A uvicorn that ends at each start with these lines. */
export const apiFails = (...lines: readonly string[]): Told => ({ says: lines, exit: 1 });
export const apiStartupFails = (...lines: readonly string[]): Told => apiFails(...uvicornStarts, ...lines);

/** The api whose health answer tells of llama: 503 with a body that says so when llama is down. */
export const fastapi = (differing: Difference = {}): Part =>
  service({
    name: 'fastapi',
    path: '/usr/local/bin/uvicorn',
    args: 'src.api.main:app --port 8000',
    told: {
      port: 8000,
      says: [
        ...uvicornStarts,
        'INFO:     Application startup complete.',
        'INFO:     Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)',
      ],
      answers: { '/health': [200, { status: 'ok', api: 'ok', llama: 'ok' }] },
      asks: { llama: llamaPort },
    },
    ...differing,
    files: { [mainFile]: 'app = None\n', ...differing.files },
    declared: {
      kind: 'api',
      needs: ['llama'],
      files: [mainFile],
      health: [{ url: 'http://127.0.0.1:8000/health', expect: { status: 'ok' } }],
      ...differing.declared,
    },
  });

const workerStarts = 'INFO worker: Worker Identity: 1@gpu-1@gpu';

/** A worker that ends at each start with these lines. */
export const workerFails = (...lines: readonly string[]): Told => ({ says: [workerStarts, ...lines], exit: 1 });

export const worker = (differing: Difference = {}): Part =>
  service({
    name: 'worker-gpu',
    path: '/workspace/bin/worker',
    args: '',
    told: { says: [workerStarts, 'INFO worker: Worker started'] },
    ...differing,
    declared: { kind: 'worker', needs: [], ...differing.declared },
  });

/** A program that nobody manages and that holds a port, as an orphan does. */
export const stray = (
  name: string,
  port: number,
  answers: Told['answers'] = { '/health': [200, { status: 'ok' }] },
): Part => strayProgram(`/opt/old/${name}`, { port, answers, says: ['stray has its port'] });
