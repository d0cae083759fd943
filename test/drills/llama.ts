import type { Drill } from '../support/drill.ts';
import type { Part } from '../support/planted-node.ts';
import type { Told } from '../support/planted-programs.ts';
import { gpus, held } from '../situations/gpu.ts';
import { noise, rotated } from '../situations/herrings.ts';
import { back, untilBack } from './back.ts';
import {
  fastapi,
  llama as wholeLlama,
  llamaFails,
  llamaPort,
  modelPath,
  notLoaded,
  stray,
  wholeModel,
  worker,
} from '../situations/parts.ts';

const serves: Told = {
  port: llamaPort,
  says: ['main: server is listening on http://127.0.0.1:8081 - starting the main loop'],
  answers: { '/health': [200, { status: 'ok' }] },
};
/** How it does until its model is whole. */
const untilWhole = (does: Told, waits = false): Told => ({
  ...serves,
  until: { file: modelPath, bytes: wholeModel.length, does, ...(waits && { waits }) },
});
const cut = wholeModel.subarray(0, Math.floor(wholeModel.length * 0.6));
const outOfBounds = llamaFails(
  "llama_model_load: error loading model: tensor 'output.weight' data is not within the file bounds, model is corrupted or incomplete",
  ...notLoaded,
);
const waiting: Told = { says: [`[llama] Waiting for model: ${modelPath}`] };
const gaveUp: Told = { ...waiting, exit: 1, last: ['[llama] Timeout after 1800s. Exiting.'] };
const soon = { startSeconds: 8, quietSeconds: 1 };

/** A llama that is judged soon, beside an api and a worker that nobody may touch. */
const llama = (
  { told = serves, model = wholeModel, declared = {}, ...more }: Parameters<typeof wholeLlama>[0] = {},
  ...parts: readonly Part[]
): readonly Part[] => [
  wholeLlama({ told, model, declared: { ...soon, ...declared }, ...more }),
  worker({ told: { says: ['INFO worker: Worker started', ...noise] } }),
  ...parts,
];

const folder = modelPath.slice(0, modelPath.lastIndexOf('/'));
const fileName = modelPath.slice(folder.length + 1);
const store = '/mnt/store/model.gguf';
const models = { models: [{ path: modelPath, resync: 'copy-model' }] };
/** The command that copies the model, as a site has one: to a name of its own, then in one move. */
const copies = (content: string | Uint8Array = wholeModel): Part => ({
  files: {
    [store]: content,
    '/opt/site/copy-model.sh': `#!/bin/sh\nset -e\nmkdir -p "$(dirname "$2")"\ncp "$1" "$2.part"\nmv "$2.part" "$2"\n`,
  },
  node: { commands: { 'copy-model': { words: ['/opt/site/copy-model.sh', store, modelPath] } } },
});
const onlyTheModel = [new RegExp(`^${modelPath}$`)];
const well = { state: 'well', says: /nothing to do: llama_recover finds llama well/ } as const;
const playbook = 'llama_recover';

const envFile = '/workspace/llama.env';
const oom = llamaFails(
  'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 8192.00 MiB on device 0: cudaMalloc failed: out of memory',
  ...notLoaded,
);
const knobs = {
  PARALLEL: { file: envFile, key: 'PARALLEL', tier: 1, min: 1, max: 8, step: 2 },
  CTX: { file: envFile, key: 'CTX', tier: 2, values: [2048, 4096, 8192] },
};
/** It fits only once its settings hold this. */
const fits = (holds: string, told: Told = oom): Told => ({ ...serves, until: { file: envFile, holds, does: told } });
const settings = { [envFile]: 'PARALLEL=4\nCTX=8192\n' };
const onlySettings = [/^\/workspace\/llama\.env$/, /^\/workspace\/\.llama\.env\.rackhand-[0-9a-f]{12}$/];

const person = (name: string, remedy: string, plant: Drill['plant'], says: RegExp, next: RegExp): Drill => ({
  name,
  playbook,
  plant,
  acts: [{ state: 'escalated', remedy, says, next, wrote: onlyTheModel }],
});
const logOf = '/var/log/llama.err';
const script = '/workspace/start-llama.sh';

/** Seed: a model server fails or flaps. */
export const llamas: readonly Drill[] = [
  {
    name: 'a model that was cut off, and a loud worker: it is copied again, and llama alone is restarted',
    playbook,
    herring: true,
    plant: () => llama({ model: cut, told: untilWhole(outOfBounds), declared: models }, copies(), fastapi()),
    acts: [
      {
        state: 'verified',
        remedy: 'copy_and_restart',
        says: /is truncated.*done and proven/,
        wrote: onlyTheModel,
        restarted: ['llama'],
      },
      well,
    ],
  },
  {
    name: 'llama waits for a model that never came: it is copied, and llama goes on by itself',
    playbook,
    plant: () =>
      llama({ model: null, told: untilWhole(waiting, true), declared: { ...models, waitSeconds: 1_800 } }, copies()),
    acts: [
      {
        state: 'verified',
        remedy: 'copy_the_model',
        says: /goes on by itself once it is, so it is not restarted/,
        wrote: onlyTheModel,
      },
      well,
    ],
  },
  {
    name: 'a copy that reports success and brings a broken file again is not trusted',
    playbook,
    plant: () => llama({ model: cut, told: untilWhole(outOfBounds), declared: models }, copies(cut.subarray(0, 3_000))),
    acts: [
      {
        state: 'not_verified',
        remedy: 'copy_and_restart',
        says: /not proven/,
        wrote: onlyTheModel,
      },
    ],
  },
  person(
    'llama waits, and nothing is declared that could copy its model: it is not restarted',
    'copy_by_hand',
    () => llama({ model: null, told: waiting }),
    /nothing here can copy it/,
    /Copy .*gguf again .*goes on by itself if it waits/,
  ),
  {
    name: 'llama waited for its model in vain, in the rhythm of its script, and the model is there now',
    playbook,
    plant: () =>
      llama(
        {
          told: untilBack(serves, { ...gaveUp, after: 2.5 }),
          declared: { waitSeconds: 2 },
          section: { startsecs: '0', autorestart: 'false' },
          becomes: 'ended',
        },
        back('llama', 'Timeout'),
      ),
    acts: [
      {
        state: 'verified',
        remedy: 'start_with_its_model',
        says: /was missing or not whole when it ended, and is there and whole now/,
        restarted: ['llama'],
      },
      well,
    ],
  },
  person(
    'llama waits although the declared model is whole',
    'let_it_wait',
    () => llama({ told: waiting }),
    /waits for a model although the declared one is there and whole/,
    /Look again in a minute/,
  ),
  person(
    'llama loads its model',
    'let_it_load',
    () =>
      llama({
        told: {
          port: llamaPort,
          says: ['main: loading model'],
          answers: { '/health': [503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }] },
        },
      }),
    /which is no failure/,
    /Wait until it is loaded/,
  ),
  person(
    'the model is still being copied to its own name',
    'let_the_copy_end',
    () =>
      llama({ told: outOfBounds, declared: models }, copies(), {
        before: [`( while sleep 0.2; do printf more >> ${modelPath}; done ) < /dev/null > /dev/null 2>&1 &`],
      }),
    /copy of its model has not ended/,
    /Let the copy end/,
  ),
  person(
    'the user of llama may not read the model',
    'open_the_model',
    () =>
      llama({ told: outOfBounds, declared: { ...models, user: 'nobody' } }, copies(), {
        before: [`chmod 600 ${modelPath}`],
      }),
    /may not read it/,
    /right to read the model/,
  ),
  person(
    'a link whose model was moved away stands in its place',
    'mend_the_path',
    () =>
      llama({ model: null, told: outOfBounds, declared: models }, copies(), {
        before: [`mkdir -p ${folder}; ln -s /old/model.gguf ${modelPath}`],
      }),
    /is a symbolic link to \/old\/model\.gguf/,
    /mount, the link or the name right/,
  ),
  {
    name: 'a volume that was mounted after llama was started: the file is there, and llama does not see it',
    playbook,
    plant: () =>
      llama(
        {
          model: null,
          files: { '/volume/model.gguf': wholeModel },
          section: { command: `unshare -m /usr/local/bin/llama-server --model ${modelPath} --port ${llamaPort}` },
        },
        {
          before: [`mkdir -p ${folder}`],
          after: [`cp /volume/model.gguf /volume/${fileName}; mount --bind /volume ${folder}`],
        },
      ),
    acts: [{ state: 'verified', remedy: 'see_its_mounts', says: /sees it otherwise/, restarted: ['llama'] }, well],
  },
  {
    name: 'the GPU has too little memory: one knob goes one step down, and that is enough',
    playbook,
    plant: () => llama({ told: fits('PARALLEL=2'), declared: { knobs }, files: settings }),
    acts: [
      {
        state: 'verified',
        remedy: 'lower_one_knob',
        says: /one declared knob goes one step down.*PARALLEL .* from 4 to 2/,
        wrote: onlySettings,
        restarted: ['llama'],
        holds: { [envFile]: /PARALLEL=2\nCTX=8192/ },
      },
      well,
    ],
  },
  {
    name: 'the first knob does not help: it is taken back, the next one is turned, and then a person is asked',
    playbook,
    plant: () =>
      llama({
        told: fits('CTX=2048'),
        declared: { knobs: { ...knobs, CTX: { ...knobs.CTX, values: [4096, 8192] } }, startSeconds: 3 },
        files: settings,
      }),
    acts: [
      {
        state: 'not_verified',
        remedy: 'lower_one_knob',
        says: /Taken back and proven: Sets PARALLEL .* from 4 to 2/,
        wrote: onlySettings,
        holds: { [envFile]: /PARALLEL=4\nCTX=8192/ },
      },
      {
        state: 'not_verified',
        remedy: 'lower_one_knob',
        says: /Taken back and proven: Sets CTX .* from 8192 to 4096/,
        wrote: onlySettings,
        holds: { [envFile]: /PARALLEL=4\nCTX=8192/ },
      },
      {
        state: 'escalated',
        remedy: 'make_room',
        says: /no knob of it is left to lower/,
        next: /smaller model/,
      },
    ],
  },
  {
    name: 'somebody else holds the memory of the GPU: nothing of llama is lowered',
    playbook,
    herring: true,
    plant: () =>
      llama({ told: oom, declared: { knobs, gpu: true }, files: settings }, gpus({ second: held }), {
        before: ['rm -f /.dockerenv'],
      }),
    acts: [{ state: 'escalated', remedy: 'free_the_gpu', says: /somebody else holds it/, next: /whose memory it is/ }],
  },
  {
    name: 'what llama says last tells a library from a program, and both from a model that does not fit',
    playbook,
    plant: () =>
      llama({
        told: llamaFails("llama_model_load: error loading model: unknown model architecture: 'qwen99'"),
        section: { startsecs: '0', autorestart: 'false' },
        becomes: 'ended',
        declared: { files: [script] },
        files: { [script]: '#!/bin/sh\nexec llama-server\n' },
      }),
    acts: [
      { state: 'escalated', remedy: 'take_another_build', says: /do not fit each other/, next: /knows the model/ },
      {
        put: {
          [logOf]:
            '/usr/local/bin/llama-server: error while loading shared libraries: libllama.so: cannot open shared object file: No such file or directory\n',
        },
        state: 'escalated',
        remedy: 'mend_its_libraries',
        says: /a library is not, or does not fit/,
        next: /Run ldd/,
      },
      {
        put: { [logOf]: '[llama] Error: llama-server executable not found\n' },
        state: 'escalated',
        remedy: 'mend_its_program',
        says: /program that its start calls for is not where it looks/,
        next: /Correct the path/,
      },
      {
        put: { [logOf]: 'sh: 0: cannot open start-llama.sh: No such file\n', [script]: null },
        state: 'escalated',
        remedy: 'mend_its_files',
        says: /start-llama\.sh is missing/,
        next: /Put it back/,
      },
    ],
  },
  person(
    'an orphan of the last start holds the port of llama',
    'free_its_port',
    () =>
      llama(
        { told: llamaFails(`main: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: ${llamaPort}`) },
        stray('llama-server', llamaPort),
      ),
    /Another program holds its port/,
    /end it; then start llama/,
  ),
  {
    name: 'somebody stopped llama',
    playbook,
    plant: () => llama({ section: { autostart: 'false' }, becomes: 'nothing' }),
    acts: [{ state: 'verified', remedy: 'start', says: /Somebody has stopped llama/, restarted: ['llama'] }, well],
  },
  {
    name: 'llama takes connections and answers none, with an old time-out in its rotated log',
    playbook,
    herring: true,
    plant: () =>
      llama(
        { told: untilBack(serves, { ...serves, hangs: true }) },
        rotated('/var/log/llama.err', '[llama] Timeout after 1800s. Exiting.'),
        back('llama', 'listening'),
      ),
    acts: [
      {
        state: 'verified',
        remedy: 'restart',
        says: /nothing known says that a restart would not help/,
        restarted: ['llama'],
      },
      well,
    ],
  },
];
