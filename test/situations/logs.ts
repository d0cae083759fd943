import { restart, type Situation } from '../support/situation.ts';
import { noise, rotated } from './herrings.ts';
import { fastapi, llama, llamaFails, llamaPort, notLoaded, worker, young } from './parts.ts';

const truncated =
  "llama_model_load: error loading model: tensor 'output.weight' data is not within the file bounds, model is corrupted or incomplete";
const start = 'build: 6123 (8ff2060) with cc (Debian 12.2.0-14) 12.2.0 for x86_64-linux-gnu';
const failed = [start, 'main: loading model', truncated, ...notLoaded];
const ready = [
  'main: server is listening on http://127.0.0.1:8081 - starting the main loop',
  'srv  update_slots: all slots are idle',
];

/** What logs tell, and what they seem to tell. */
export const logs: readonly Situation[] = [
  {
    name: 'llama starts once more after two starts that ended the same way',
    plant: (broken) => [
      llama(
        broken
          ? { told: { says: [...failed, ...failed, start, 'main: loading model'] } }
          : {
              told: {
                port: llamaPort,
                says: [...failed, ...failed, start, 'main: loading model', ...ready],
                answers: { '/health': [200, { status: 'ok' }] },
              },
            },
      ),
      broken ? { node: { thresholds: { ...young.thresholds, youngSeconds: 30 } } } : {},
    ],
    expect: {
      cause: 'service.log service:llama',
      says: /ends before its last tensor: .*2 starts before all ended so/,
      next: /whether the file still grows/,
      follow: ['llama'],
    },
    herring: true,
  },
  {
    name: 'the first of many lines tells the reason, the last one only the end',
    plant: (broken) => [
      llama(
        broken
          ? {
              told: llamaFails(
                'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 8192.00 MiB on device 0: cudaMalloc failed: out of memory',
                ...noise,
                ...notLoaded,
              ),
            }
          : {},
      ),
      fastapi(),
      worker({ told: { says: ['INFO worker: Worker started', ...noise, ...noise] } }),
    ],
    expect: {
      cause: 'service.log service:llama',
      says: /too little free memory/,
      next: /lower batch, parallel and context/,
      never: restart,
      follow: ['llama', 'fastapi'],
    },
    herring: true,
  },
  {
    name: 'a declared log is a folder, and the rotated one is full of old crashes',
    plant: (broken) => [
      llama({
        declared: { logs: ['/var/log/models/llama.log'] },
        files: broken ? { '/var/log/models/llama.log/x': '' } : { '/var/log/models/llama.log': 'ok\n' },
      }),
      rotated('/var/log/models/llama.log', ...failed, ...failed),
    ],
    expect: {
      cause: 'service.log service:llama',
      role: 'finding',
      says: /not every log can be read \(.*it is a directory\)/,
      next: /logs of llama/,
      never: restart,
    },
    herring: true,
  },
];
