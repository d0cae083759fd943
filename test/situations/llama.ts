import { restart, type Situation } from '../support/situation.ts';
import { fastapi, llama, llamaFails, llamaPort, modelPath, notLoaded, stray, worker, young } from './parts.ts';
import { noise, rotated } from './herrings.ts';

const log = 'service.log service:llama';
const running = 'service.running service:llama';
const flap = 'service.flap service:llama';

/** A llama-server that does not come up, though its model is whole. */
export const llamas: readonly Situation[] = [
  {
    name: 'an orphan of the last start holds the port of llama and still answers for it',
    plant: (broken) => [
      llama(
        broken
          ? { told: llamaFails(`main: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: ${llamaPort}`) }
          : {},
      ),
      ...(broken ? [stray('llama-server', llamaPort)] : []),
    ],
    expect: {
      cause: 'service.ports service:llama',
      says: /Port 8081 is held by process .*\/opt\/old\/llama-server.* an orphan/,
      next: /nobody's work any more and end it; then start llama/,
      follow: ['llama'],
      never: restart,
      notOk: ['service.running'],
    },
  },
  {
    name: 'the program of llama is not where supervisor looks',
    plant: (broken) => [
      llama(
        broken ? { section: { command: '/app/llama-server --port 8081', startretries: '0' }, becomes: 'failed' } : {},
      ),
      fastapi(),
    ],
    expect: {
      cause: running,
      says: /can't find command '\/app\/llama-server'/,
      next: /log_tail|command/i,
      follow: ['fastapi'],
    },
  },
  {
    name: 'a library of llama-server is missing, with a noisy worker beside it',
    plant: (broken) => [
      llama(
        broken
          ? {
              told: {
                says: [
                  '/usr/local/bin/llama-server: error while loading shared libraries: libllama.so: cannot open shared object file: No such file or directory',
                ],
                exit: 127,
              },
            }
          : {},
      ),
      worker({ told: { says: ['INFO worker: Worker started', ...noise] } }),
    ],
    expect: {
      cause: log,
      says: /shared library .* is not found/,
      next: /Run ldd/,
      never: restart,
      follow: ['llama'],
    },
    herring: true,
  },
  {
    name: 'llama still waits for a model that is not synced yet',
    plant: (broken) => [
      llama(broken ? { model: null, told: { says: [`[llama] Waiting for model: ${modelPath}`] } } : {}),
      fastapi(),
    ],
    expect: {
      cause: `model.present model:${modelPath}`,
      says: /is missing/,
      next: /copy the model|volume/i,
      never: /restart llama/i,
      follow: ['llama', 'fastapi'],
      notOk: ['service.health'],
    },
  },
  {
    name: 'llama gave up waiting for its model, in the rhythm of the time-out',
    plant: (broken) => [
      llama(
        broken
          ? {
              model: null,
              told: {
                says: [`[llama] Waiting for model: ${modelPath}`],
                exit: 1,
                last: ['[llama] Timeout after 1800s. Exiting.'],
              },
            }
          : {},
      ),
    ],
    expect: {
      cause: `model.present model:${modelPath}`,
      says: /is missing/,
      next: /copy the model|volume/i,
      follow: ['llama'],
      notOk: ['service.running', 'service.health'],
    },
  },
  {
    name: 'the GPU has too little memory for the model, after an old time-out in the rotated log',
    plant: (broken) => [
      llama(
        broken
          ? {
              told: llamaFails(
                'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 8192.00 MiB on device 0: cudaMalloc failed: out of memory',
                'alloc_tensor_range: failed to allocate CUDA0 buffer of size 8589934592',
                ...notLoaded,
              ),
            }
          : {},
      ),
      rotated('/var/log/llama.err', '[llama] Timeout after 1800s. Exiting.'),
    ],
    expect: {
      cause: log,
      says: /too little free memory for the weights/,
      next: /lower batch, parallel and context in this order/,
      never: restart,
      follow: ['llama'],
    },
    herring: true,
  },
  {
    name: 'llama runs on the CPU though it answers as if all were well',
    plant: (broken) => [
      llama(
        broken
          ? {
              told: {
                port: llamaPort,
                says: [
                  'warning: no usable GPU found, --gpu-layers option will be ignored',
                  `main: server is listening on http://127.0.0.1:${llamaPort} - starting the main loop`,
                ],
                answers: { '/health': [200, { status: 'ok' }] },
              },
            }
          : {},
      ),
      fastapi(),
    ],
    expect: { cause: log, says: /runs on the CPU/, next: /GPU is healthy and visible/ },
  },
  {
    name: 'llama loads its model, which takes its time',
    plant: (broken) => [
      llama(
        broken
          ? {
              told: {
                port: llamaPort,
                says: ['main: loading model'],
                answers: {
                  '/health': [503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }],
                },
              },
            }
          : {},
      ),
      fastapi(),
    ],
    expect: {
      cause: 'service.health service:llama',
      says: /it is loading.*, which is no failure/,
      next: /Wait until the model is loaded/,
      follow: ['fastapi'],
    },
  },
  {
    name: 'llama takes connections and answers none',
    plant: (broken) => [
      llama(broken ? { told: { port: llamaPort, says: ['srv  update_slots: all slots are idle'], hangs: true } } : {}),
    ],
    expect: {
      cause: 'service.health service:llama',
      says: /gave no answer within \d/,
      next: /logs of llama/,
    },
  },
  {
    name: 'llama ends every two seconds without a known word',
    plant: (broken) => [
      llama(broken ? { told: { says: ['loading'], exit: 139, after: 1.5 }, becomes: 'flapping' } : {}),
      fastapi(),
      // While it is younger than this, a port that is not open yet proves nothing.
      broken ? { node: { thresholds: { ...young.thresholds, youngSeconds: 30 } } } : {},
    ],
    expect: { cause: flap, says: /ended \d+ times by itself/, next: /logs of llama/, follow: ['fastapi'] },
  },
  {
    name: 'this llama.cpp does not know the family of the model',
    plant: (broken) => [
      llama(
        broken
          ? {
              told: llamaFails(
                "llama_model_load: error loading model: unknown model architecture: 'qwen99'",
                ...notLoaded,
              ),
            }
          : {},
      ),
    ],
    expect: { cause: log, says: /family of the model/, next: /newer image/, never: restart, follow: ['llama'] },
  },
  {
    name: 'somebody stopped llama by hand',
    plant: (broken) => [llama(broken ? { section: { autostart: 'false' }, becomes: 'nothing' } : {}), fastapi()],
    expect: { cause: running, says: /it is stopped/, next: /start|log/i, follow: ['fastapi'] },
  },
  {
    name: 'llama waits for a model, and how long it may is declared',
    plant: (broken) => [
      llama({
        declared: { waitSeconds: 1_800 },
        ...(broken && { model: null, told: { says: [`[llama] Waiting for model: ${modelPath}`] } }),
      }),
      fastapi(),
      rotated('/var/log/llama.err', '[llama] Timeout after 1800s. Exiting.'),
    ],
    expect: {
      cause: `model.present model:${modelPath}`,
      says: /is missing/,
      next: /copy the model|volume/i,
      never: restart,
      follow: ['llama', 'fastapi'],
      notOk: ['service.health'],
    },
    herring: true,
  },
];
