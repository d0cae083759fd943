import type { Act, Drill } from '../support/drill.ts';
import type { Part } from '../support/planted-node.ts';
import type { Told } from '../support/planted-programs.ts';
import { rotated } from '../situations/herrings.ts';
import { back, untilBack } from './back.ts';
import {
  apiFails,
  apiStartupFails,
  fastapi as wholeApi,
  llama,
  llamaFails,
  mainFile,
  notLoaded,
  stray,
  worker,
} from '../situations/parts.ts';

const serves: Told = {
  port: 8000,
  says: ['INFO:     Started server process [@PID@]', 'INFO:     Application startup complete.'],
  answers: { '/health': [200, { status: 'ok' }] },
};
/** An api that is judged soon, beside a worker that nobody may touch. */
const fastapi = ({ told = serves, declared = {}, ...more }: Parameters<typeof wholeApi>[0] = {}): readonly Part[] => [
  wholeApi({ told, declared: { startSeconds: 8, quietSeconds: 1, needs: [], ...declared }, ...more }),
  worker(),
];
const gaveUp = { section: { startsecs: '0', autorestart: 'false' }, becomes: 'ended' } as const;

const playbook = 'api_recover';
const well = { state: 'well', says: /nothing to do: api_recover finds fastapi well/ } as const;
const imported = (...lines: readonly string[]) => [
  'Traceback (most recent call last):',
  '  File "/workspace/src/api/main.py", line 3, in <module>',
  ...lines,
];
const log = '/var/log/fastapi.err';
/** It ended with these words, and this is what helps. */
const said = (lines: readonly string[], remedy: string, says: RegExp, next: RegExp): Act => ({
  put: { [log]: `${lines.join('\n')}\n` },
  state: 'escalated',
  remedy,
  says,
  next,
});

/** Seed: an api crashes over and over under its manager. */
export const apis: readonly Drill[] = [
  {
    name: 'what the api says last tells who must mend it, and it is never restarted for it',
    playbook,
    plant: () =>
      fastapi({
        told: apiFails('ERROR:    Error loading ASGI app. Could not import module "src.api.mainx".'),
        ...gaveUp,
      }),
    acts: [
      {
        state: 'escalated',
        remedy: 'correct_its_command',
        says: /does not fit the layout of the code.*mainx/,
        next: /Compare module and application/,
      },
      said(
        ['ERROR:    Error loading ASGI app. Attribute "application" not found in module "src.api.main".'],
        'correct_its_command',
        /Attribute "application"/,
        /correct the command/,
      ),
      said(
        ['ERROR:    Error loading ASGI app. Import string "src.api.main" must be in format "<module>:<attribute>".'],
        'correct_its_command',
        /names a module but no application/,
        /correct the command/,
      ),
      said(
        imported('    import temporalio', "ModuleNotFoundError: No module named 'temporalio'"),
        'build_its_image_anew',
        /not installed with it.*temporalio/,
        /pinned requirements/,
      ),
      said(
        imported("ImportError: cannot import name 'nonexistent_thing' from 'os' (/usr/lib/python3.11/os.py)"),
        'build_its_image_anew',
        /in another version/,
        /pinned requirements/,
      ),
      said(
        imported('    def broken(', "SyntaxError: '(' was never closed"),
        'mend_its_code',
        /does not parse/,
        /Undo the last edit/,
      ),
      said(
        imported("    address = os.environ['TEMPORAL_ADDRESS']", "KeyError: 'TEMPORAL_ADDRESS'"),
        'add_its_settings',
        /without a setting that it needs/,
        /where the manager sets the environment/,
      ),
      said(
        imported("PermissionError: [Errno 13] Permission denied: '/workspace/out'"),
        'open_its_files',
        /may not use a file/,
        /owner and mode/,
      ),
      said(
        [
          'RuntimeError: Failed client connect: Server connection error',
          'ERROR:    Application startup failed. Exiting.',
        ],
        'mend_what_it_needs',
        /can not reach or use something else/,
        /Start fastapi again once that works/,
      ),
      {
        put: { [mainFile]: null },
        state: 'escalated',
        remedy: 'deploy_its_code',
        says: /this is the wrong image.*main\.py is missing/,
        next: /Deploy an image of fastapi that holds its code/,
      },
    ],
  },
  {
    name: 'the start-up hook failed while something was away that is back: it is restarted, and stays up',
    playbook,
    plant: () => [
      ...fastapi({
        told: untilBack(
          serves,
          apiStartupFails(
            'ERROR:    Traceback (most recent call last):',
            'RuntimeError: the license server gives no answer',
            'ERROR:    Application startup failed. Exiting.',
          ),
        ),
        ...gaveUp,
      }),
      back('fastapi', 'Exiting'),
    ],
    acts: [
      { plan: true, state: 'planned', remedy: 'restart', says: /Restart fastapi/ },
      { state: 'verified', remedy: 'restart', says: /done and proven/, restarted: ['fastapi'] },
      well,
    ],
  },
  {
    name: 'the api ends with a bug of its own: it is restarted once, and then its traceback is to be read',
    playbook,
    plant: () => fastapi({ told: apiFails('ZeroDivisionError: division by zero'), ...gaveUp }),
    acts: [{ state: 'not_verified', remedy: 'restart', says: /It is not proven within 8 s/ }],
  },
  {
    name: 'the api crashes all the time with a bug of its own: no restart is added to those',
    playbook,
    plant: () =>
      fastapi({ told: { ...apiFails('ZeroDivisionError: division by zero'), after: 0.2 }, becomes: 'flapping' }),
    acts: [
      {
        state: 'escalated',
        remedy: 'read_its_traceback',
        says: /what ends it is not known/,
        next: /Read the first error/,
      },
    ],
  },
  {
    name: 'somebody stopped the api, with a crash of another day in its rotated log',
    playbook,
    herring: true,
    plant: () => [
      ...fastapi({ section: { autostart: 'false' }, becomes: 'nothing' }),
      rotated('/var/log/fastapi.err', "ModuleNotFoundError: No module named 'temporalio'"),
    ],
    acts: [{ state: 'verified', remedy: 'start', says: /Somebody has stopped fastapi/, restarted: ['fastapi'] }, well],
  },
  {
    name: 'the api answers 503 because llama is down: nothing of it is touched',
    playbook,
    herring: true,
    plant: () => [
      llama({
        told: llamaFails("llama_model_load: error loading model: unknown model architecture: 'qwen99'", ...notLoaded),
      }),
      ...fastapi({ told: { ...serves, asks: { llama: 8081 } }, declared: { needs: ['llama'] } }),
    ],
    acts: [{ state: 'elsewhere', says: /Nothing is wrong with fastapi itself: it follows from llama/ }],
  },
  {
    name: 'the api says that something is down which nobody declares: it is left alone',
    playbook,
    plant: () => fastapi({ told: { ...serves, asks: { license: 9999 } } }),
    acts: [{ state: 'escalated', remedy: 'leave_it_alone', says: /fastapi itself is up/, next: /Mend license/ }],
  },
  {
    name: 'another program holds the port of the api and answers there',
    playbook,
    plant: () => [
      ...fastapi({
        told: apiStartupFails(
          "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use",
        ),
        ...gaveUp,
      }),
      stray('http.server', 8000, {}),
    ],
    acts: [
      {
        state: 'escalated',
        remedy: 'free_its_port',
        says: /Another program holds its port/,
        next: /end it; then start/,
      },
    ],
  },
  {
    name: 'the command of the api was corrected, and supervisor was not told',
    playbook,
    plant: () => [
      ...fastapi({
        told: apiFails('ERROR:    Error loading ASGI app. Could not import module "src.api.mainx".'),
        ...gaveUp,
      }),
      { after: ['sed -i "s/src.api.main:app/src.main:app/" /etc/supervisor/supervisord.conf'] },
    ],
    acts: [
      {
        state: 'escalated',
        remedy: 'load_its_config',
        says: /does not run it as its configuration says/,
        next: /supervisorctl|update|load/,
      },
    ],
  },
  {
    name: 'the api hangs with other settings than declared',
    playbook,
    plant: () =>
      fastapi({
        told: { ...serves, hangs: true },
        declared: { env: { MODE: 'live' } },
        section: settings('MODE="test"'),
      }),
    acts: [
      {
        state: 'escalated',
        remedy: 'correct_its_settings',
        says: /other settings than it must: fastapi: MODE/,
        next: /have supervisor update it/,
      },
    ],
  },
];

function settings(more: string) {
  return { environment: `SITUATION_PROGRAM="fastapi",${more}` };
}
