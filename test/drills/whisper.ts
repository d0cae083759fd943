import type { Act, Drill } from '../support/drill.ts';
import type { Part } from '../support/planted-node.ts';
import type { PlantedProgram, Told } from '../support/planted-programs.ts';
import { supervisorConfig } from '../support/planted-programs.ts';
import { back, untilBack } from './back.ts';
import { gpus, held } from '../situations/gpu.ts';
import { llama, young } from '../situations/parts.ts';

const loaded = (device: string, format: string): string =>
  `Loading faster-whisper model=large-v3 device=${device} compute_type=${format}`;
const onGpu: Told = { says: [loaded('cuda', 'float16')] };
const onCpu: Told = { says: [loaded('cpu', 'int8')], blind: true };
const fellBack = (because: string): string => `Failed to load faster-whisper on CUDA, falling back to CPU: ${because}`;

/** A Whisper that is judged soon, beside a llama that nobody may touch. */
const whisper = (
  { told = onGpu, section = {} }: Partial<Pick<PlantedProgram, 'told' | 'section'>> = {},
  gpu: Part = gpus(),
): readonly Part[] => [
  gpu,
  llama({ declared: { gpu: true } }),
  {
    programs: [{ name: 'whisper', path: '/workspace/bin/whisper', told, section, becomes: 'running' }],
    services: {
      whisper: {
        kind: 'whisper',
        manager: 'supervisor',
        config: supervisorConfig,
        gpu: true,
        startSeconds: 8,
        quietSeconds: 1,
      },
    },
    node: young,
  },
];

const playbook = 'whisper_gpu';
const stays = /stays as it is meanwhile/;
const log = '/var/log/whisper.err';
const said = (lines: readonly string[], remedy: string, says: RegExp, next: RegExp): Act => ({
  put: { [log]: `${lines.join('\n')}\n` },
  state: 'escalated',
  remedy,
  says,
  next,
});

/** Seed: Whisper unexpectedly falls back to the CPU. */
export const whispers: readonly Drill[] = [
  {
    name: 'Whisper fell back while the GPU was away, and the GPU is back: it alone is restarted',
    playbook,
    plant: () => [...whisper({ told: untilBack(onGpu, onCpu) }), back('whisper', 'Loading')],
    acts: [
      { plan: true, state: 'planned', remedy: 'restart', says: /Restart whisper/ },
      { state: 'verified', remedy: 'restart', says: /The GPU is well and has room/, restarted: ['whisper'] },
      { state: 'well', says: /nothing to do: whisper_gpu finds whisper well/ },
    ],
  },
  {
    name: 'Whisper asks loudly for its GPU, and the GPU can not be used safely: it is kept on the CPU',
    playbook,
    herring: true,
    plant: () =>
      whisper(
        { told: { ...onCpu, says: [fellBack('CUDA unknown error'), loaded('cpu', 'int8')] } },
        gpus({ script: 'echo "Failed to initialize NVML: Unknown Error"; exit 255' }),
      ),
    acts: [{ state: 'escalated', remedy: 'keep_the_cpu', says: /kept on the CPU/, next: stays }],
  },
  {
    name: 'nothing shows that there is a GPU at all: Whisper is kept on the CPU',
    playbook,
    plant: () => whisper({ told: onCpu }, {}),
    acts: [{ state: 'escalated', remedy: 'keep_it_unseen', says: /Nothing shows that the GPU/, next: stays }],
  },
  {
    name: 'somebody else holds the memory that the model of Whisper needs',
    playbook,
    herring: true,
    plant: () => [
      ...whisper(
        {
          told: { ...onCpu, says: [fellBack('CUDA failed with error out of memory'), loaded('cpu', 'int8')] },
        },
        gpus({ second: held }),
      ),
      { before: ['rm -f /.dockerenv'] },
    ],
    acts: [{ state: 'escalated', remedy: 'free_the_gpu', says: /somebody else holds it/, next: /whose memory it is/ }],
  },
  {
    name: 'what Whisper says around the load of its model tells why it is not on the GPU',
    playbook,
    plant: () => whisper({ told: { ...onCpu, says: [fellBack('CUDA failed with error out of memory')] } }),
    acts: [
      {
        state: 'escalated',
        remedy: 'take_a_smaller_model',
        says: /does not fit into the memory/,
        next: /smaller model or fewer bits/,
      },
      said(
        [fellBack('Library libcublas.so.12 is not found or cannot be loaded'), loaded('cpu', 'int8')],
        'mend_its_libraries',
        /libraries are not found or do not fit/,
        /library path/,
      ),
    ],
  },
  {
    name: 'Whisper runs on the GPU with fewer bits than it can',
    playbook,
    plant: () => whisper({ told: { says: [loaded('cuda', 'int8')] } }),
    acts: [{ state: 'escalated', remedy: 'allow_more_bits', says: /fewer bits than the GPU can/, next: /float16/ }],
  },
  {
    name: 'the environment of Whisper hides every GPU from it',
    playbook,
    plant: () =>
      whisper({ told: onCpu, section: { environment: 'SITUATION_PROGRAM="whisper",CUDA_VISIBLE_DEVICES=""' } }),
    acts: [
      {
        state: 'escalated',
        remedy: 'correct_its_settings',
        says: /keeps it from the GPU/,
        next: /then restart whisper/,
      },
    ],
  },
  {
    name: 'Whisper is on the CPU again after a restart beside a GPU that is well',
    playbook,
    plant: () => whisper({ told: onCpu }),
    acts: [
      {
        state: 'escalated',
        remedy: 'still_on_the_cpu',
        says: /started anew beside a GPU that is well, and is on the CPU again/,
        next: /started without the GPU/,
        restarted: ['whisper'],
      },
    ],
  },
];
