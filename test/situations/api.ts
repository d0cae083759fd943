import { restart, type Situation } from '../support/situation.ts';
import { apiFails, apiStartupFails, fastapi, llama, llamaFails, mainFile, notLoaded, stray } from './parts.ts';

const log = 'service.log service:fastapi';
const health = 'service.health service:fastapi';
/** The last frames of uvicorn's own traceback for a module that fails while it is imported. */
const imported = (...lines: readonly string[]) =>
  apiFails(
    'Traceback (most recent call last):',
    '  File "/usr/lib/python3/dist-packages/uvicorn/importer.py", line 21, in import_from_string',
    '    module = importlib.import_module(module_str)',
    '  File "/workspace/src/api/main.py", line 3, in <module>',
    ...lines,
  );

/** What the api says when it ends at each start, and the row for it: a restart never helps. */
const crashes = (name: string, told: ReturnType<typeof apiFails>, says: RegExp, next: RegExp): Situation => ({
  name,
  plant: (broken) => [llama(), fastapi(broken ? { told } : {})],
  expect: {
    cause: log,
    says,
    next,
    never: restart,
    follow: ['fastapi'],
    notOk: ['service.running', 'service.health'],
  },
});

/** An api that crashes, or answers in a wrong way, or suffers from another. */
export const apis: readonly Situation[] = [
  {
    name: 'the image lacks the code of the api',
    plant: (broken) => [
      llama(),
      fastapi(
        broken
          ? {
              told: apiFails('ERROR:    Error loading ASGI app. Could not import module "src.api.main".'),
              declared: { files: ['/workspace/src/api/server.py'] },
            }
          : {},
      ),
    ],
    expect: {
      cause: 'service.files service:fastapi',
      says: /server\.py is missing/,
      next: /from the image or the repository/,
      follow: ['fastapi'],
      notOk: ['service.log', 'service.running'],
    },
  },
  crashes(
    'uvicorn is told to load a module that is not there',
    apiFails('ERROR:    Error loading ASGI app. Could not import module "src.api.mainx".'),
    /module that uvicorn is told to load/,
    /Compare the module path/,
  ),
  crashes(
    'a Python module is not installed',
    imported('    import temporalio', "ModuleNotFoundError: No module named 'temporalio'"),
    /module is not installed/,
    /which python the command uses/,
  ),
  crashes(
    'the module defines no application of that name',
    apiFails('ERROR:    Error loading ASGI app. Attribute "application" not found in module "src.api.main".'),
    /defines no application/,
    /after the colon/,
  ),
  crashes(
    'the last edit of the code does not parse',
    imported('    def broken(', '              ^', "SyntaxError: '(' was never closed"),
    /does not parse/,
    /Undo the last edit/,
  ),
  crashes(
    'a variable of the environment is missing',
    imported("    address = os.environ['TEMPORAL_ADDRESS']", "KeyError: 'TEMPORAL_ADDRESS'"),
    /variable of the environment/,
    /where the manager sets the environment/,
  ),
  crashes(
    'the start-up hook can not reach Temporal',
    apiStartupFails(
      'ERROR:    Traceback (most recent call last):',
      '  File "/workspace/src/api/main.py", line 41, in lifespan',
      '    client = await Client.connect(address)',
      'RuntimeError: Failed client connect: Server connection error: tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 127.0.0.1:7233, Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })))',
      '',
      'ERROR:    Application startup failed. Exiting.',
    ),
    /Temporal server can not be reached/,
    /name, port and route to the Temporal server/,
  ),
  {
    name: 'another program holds the port of the api and answers there',
    plant: (broken) => [
      llama(),
      fastapi(
        broken
          ? {
              told: apiStartupFails(
                'INFO:     Application startup complete.',
                "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use",
                'INFO:     Waiting for application shutdown.',
                'INFO:     Application shutdown complete.',
              ),
            }
          : {},
      ),
      ...(broken ? [stray('http.server', 8000, {})] : []),
    ],
    expect: {
      cause: 'service.ports service:fastapi',
      says: /Port 8000 is held by process .*http\.server/,
      next: /nobody's work any more and end it; then start fastapi/,
      never: restart,
      follow: ['fastapi'],
      notOk: ['service.running', 'service.health'],
    },
  },
  {
    name: 'the api answers 503 only because llama is down',
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
      fastapi({
        told: {
          port: 8000,
          says: ['INFO:     Started server process [@PID@]', 'INFO:     Application startup complete.'],
          answers: { '/health': [200, { status: 'ok', api: 'ok', llama: 'ok' }] },
          asks: { llama: 8081 },
        },
      }),
    ],
    expect: {
      cause: 'service.log service:llama',
      says: /family of the model/,
      next: /newer image/,
      never: restart,
      follow: ['fastapi', 'llama'],
    },
  },
  {
    name: 'the api hangs, while the log of llama shows a crash that it got over',
    plant: (broken) => [
      llama({
        told: {
          port: 8081,
          says: [
            'main: loading model',
            "llama_model_load: error loading model: tensor 'output.weight' data is not within the file bounds, model is corrupted or incomplete",
            'main: exiting due to model loading error',
            'build: 6123 (8ff2060) with cc (Debian 12.2.0-14) 12.2.0 for x86_64-linux-gnu',
            'main: loading model',
            'main: server is listening on http://127.0.0.1:8081 - starting the main loop',
          ],
          answers: { '/health': [200, { status: 'ok' }] },
        },
      }),
      fastapi(broken ? { told: { port: 8000, says: ['INFO:     Application startup complete.'], hangs: true } } : {}),
    ],
    expect: { cause: health, says: /gave no answer within \d/, next: /logs of fastapi/ },
    herring: true,
  },
  {
    name: 'the api answers 500 with a traceback in its log',
    plant: (broken) => [
      llama(),
      fastapi(
        broken
          ? {
              told: {
                port: 8000,
                says: ['INFO:     Application startup complete.'],
                answers: { '/health': [500, 'Internal Server Error'] },
              },
            }
          : {},
      ),
    ],
    expect: { cause: health, says: /answers 500 \(expected 200\)/, next: /logs of fastapi/ },
  },
  {
    name: 'the main file of the api is empty',
    plant: (broken) => [
      llama(),
      fastapi(
        broken
          ? {
              files: { [mainFile]: '' },
              told: apiFails('ERROR:    Error loading ASGI app. Attribute "app" not found in module "src.api.main".'),
            }
          : {},
      ),
    ],
    expect: {
      cause: 'service.files service:fastapi',
      says: /main\.py is empty/,
      next: /from the image or the repository/,
      follow: ['fastapi'],
    },
  },
];
