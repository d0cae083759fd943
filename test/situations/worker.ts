import type { Told } from '../support/planted-programs.ts';
import { restart, type Situation } from '../support/situation.ts';
import { fastapi, llama, stray, worker, workerFails, young } from './parts.ts';
import { crashingJob } from './herrings.ts';

const log = 'service.log service:worker-gpu';
const onGpu = { declared: { kind: 'worker', needs: [] } };

/** A worker that ends at each start with these words: what they mean, and what helps instead of a restart. */
const crashes = (name: string, lines: readonly string[], says: RegExp, next: RegExp): Situation => ({
  name,
  plant: (broken) => [
    llama(),
    fastapi(),
    worker(broken ? { told: workerFails(...lines), ...onGpu } : onGpu),
    crashingJob,
  ],
  expect: {
    cause: log,
    says,
    next,
    never: restart,
    follow: ['worker-gpu'],
    notOk: ['service.running'],
  },
  herring: true,
});

const refused =
  'RuntimeError: Failed client connect: Server connection error: tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 10.0.0.7:7233, Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })))';

/** What it says of a job that failed and of the next that did not: it runs on. */
const strained: Told = {
  says: [
    'INFO worker: Worker Identity: 1@gpu-1@gpu',
    'INFO worker: Worker started',
    ...Array.from({ length: 25 }, (_, index) => `INFO activity: transcribed part ${index + 1}`),
  ],
};

/** A worker that does not come up, or does not do what it should. */
export const workers: readonly Situation[] = [
  crashes('the worker can not reach Temporal', [refused], /Temporal server can not be reached/, /name, port and route/),
  crashes(
    'the namespace of the worker does not exist',
    ['5 NOT_FOUND: Namespace nope is not found.'],
    /no such namespace/,
    /Correct the namespace/,
  ),
  crashes(
    'the worker may not poll its queue',
    ['RuntimeError: Poll failure: Unhandled grpc error when polling: Status { code: PermissionDenied }'],
    /refuses to let the worker poll/,
    /Compare namespace and API key/,
  ),
  crashes(
    'the worker does not trust the certificate of Temporal',
    ['Error: invalid peer certificate: InvalidCertificate(UnknownIssuer)'],
    /certificate of the server is not accepted/,
    /clock of the node first/,
  ),
  crashes(
    'the worker can not resolve the name of Temporal',
    ['socket.gaierror: [Errno -3] Temporary failure in name resolution'],
    /host name can not be resolved/,
    /Ask the resolver on the node/,
  ),
  crashes(
    'the PyTorch of the worker has no CUDA',
    ['AssertionError: Torch not compiled with CUDA enabled'],
    /PyTorch has no CUDA/,
    /which torch is installed/,
  ),
  crashes(
    'the PyTorch of the worker was not built for this GPU',
    ['RuntimeError: CUDA error: no kernel image is available for execution on the device'],
    /not built for this GPU/,
    /build for this GPU generation/,
  ),
  crashes(
    'the worker may not write where it must',
    ["PermissionError: [Errno 13] Permission denied: '/workspace/out'"],
    /may not use a file/,
    /owner and mode/,
  ),
  {
    name: 'the memory of the GPU is used up by the worker, beside an api with a handled traceback',
    plant: (broken) => [
      llama(),
      fastapi({
        told: {
          port: 8000,
          says: [
            'INFO:     Started server process [@PID@]',
            'INFO:     Application startup complete.',
            'ERROR:    Exception in ASGI application',
            'Traceback (most recent call last):',
            '  File "/workspace/src/api/main.py", line 12, in transcribe',
            '    raise ClientDisconnect()',
            'starlette.requests.ClientDisconnect',
            'INFO:     127.0.0.1:40000 - "GET /health HTTP/1.1" 200 OK',
          ],
          answers: { '/health': [200, { status: 'ok', api: 'ok', llama: 'ok' }] },
        },
      }),
      worker(
        broken
          ? {
              told: workerFails(
                'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.69 GiB of which 1.80 GiB is free.',
              ),
            }
          : {},
      ),
    ],
    expect: {
      cause: log,
      says: /memory of the GPU is used up/,
      next: /which processes hold GPU memory/,
      never: restart,
      follow: ['worker-gpu'],
    },
    herring: true,
  },
  {
    name: 'the worker ended with a bug of its own, and nothing known explains it',
    plant: (broken) => [
      llama(),
      fastapi(),
      worker(broken ? { told: workerFails('ZeroDivisionError: division by zero') } : { told: strained }),
      // However often it has ended before a busy machine comes to look.
      broken ? { node: { thresholds: { ...young.thresholds, flapExits: 50 } } } : {},
    ],
    expect: {
      cause: 'service.running service:worker-gpu',
      says: /it flaps/,
      next: /logs of worker-gpu/,
    },
  },
  {
    name: 'nothing listens where the worker looks for Temporal',
    plant: (broken) => [
      llama(),
      worker({
        declared: { kind: 'worker', temporal: { address: '127.0.0.1:7233' } },
        ...(broken && { told: workerFails(refused.replace('10.0.0.7', '127.0.0.1')) }),
      }),
      ...(broken ? [] : [stray('temporal', 7233, {})]),
      crashingJob,
    ],
    expect: {
      cause: 'tmp.reach service:worker-gpu',
      says: /7233/,
      next: /frontend runs and listens/,
      follow: ['worker-gpu'],
      notOk: ['service.running'],
    },
    herring: true,
  },
  {
    name: 'the worker was started with another address than it should have',
    plant: (broken) => [
      llama(),
      worker({
        declared: { kind: 'worker', needs: [], env: { TEMPORAL_ADDRESS: 'temporal:7233' } },
        section: {
          environment: `SITUATION_PROGRAM="worker-gpu",TEMPORAL_ADDRESS="${broken ? 'old' : 'temporal'}:7233"`,
        },
      }),
    ],
    expect: { cause: 'service.env service:worker-gpu', says: /TEMPORAL_ADDRESS/, next: /then restart worker-gpu/ },
  },
];
