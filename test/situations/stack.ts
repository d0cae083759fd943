import { readFileSync } from 'node:fs';
import type { Part } from '../support/planted-node.ts';
import { python } from '../support/planted-programs.ts';
import { restart, type Situation } from '../support/situation.ts';
import { gpus } from './gpu.ts';
import { crashingJob, stoppedJob } from './herrings.ts';
import { young } from './parts.ts';

const folder = '/srv/stack/02-compute';
const composeFile = `${folder}/docker-compose.yml`;
const script = `${folder}/data/comfyui/provision-models.sh`;
const modelName = 'nomic-embed-text:latest';
const program = readFileSync(new URL('programs/engine.py', import.meta.url), 'utf8');

const compose = `
x-ollama: &service-ollama
  image: ollama/ollama:latest
  volumes: [ollama_storage:/root/.ollama]
  networks: [ai-network]
x-gpu: &gpu
  resources: { reservations: { devices: [{ driver: nvidia, count: all, capabilities: [gpu] }] } }
services:
  ollama-cpu: { profiles: [cpu], <<: *service-ollama }
  ollama-gpu: { profiles: [gpu-nvidia], <<: *service-ollama, deploy: *gpu }
  comfyui-provision-gpu:
    profiles: [gpu-nvidia]
    image: mmartial/comfyui-nvidia-docker:latest
    depends_on: [ollama-gpu]
    entrypoint: /bin/sh -c "sleep 3; /provision-models.sh"
    volumes: [ollama_storage:/root/.ollama]
    networks: [ai-network]
networks: { ai-network: { external: true } }
volumes: { ollama_storage: }
`;

interface Container {
  readonly service: string;
  readonly gpu?: boolean;
  readonly image?: string;
  /** Of its state, as the engine tells it. */
  readonly state?: object;
  readonly log?: readonly string[];
}

const lives = { Status: 'running', Pid: 1, ExitCode: 0, Error: '', StartedAt: '2026-11-21T08:00:00Z' };
const endedWell = { ...lives, Status: 'exited', Pid: 0, FinishedAt: '2026-11-21T08:01:00Z' };
const idOf = (index: number): string => String(index).repeat(64);

/** What an engine answers of these containers. */
function answersOf(containers: readonly Container[], runtimes: readonly string[], onGpu: number): object {
  const rows = containers.map(({ service }, index) => ({
    Id: idOf(index),
    Names: [`/${service}`],
    Image: 'simulated',
    State: 'running',
    Labels: {
      'com.docker.compose.project': '02-compute',
      'com.docker.compose.service': service,
      'com.docker.compose.project.config_files': composeFile,
    },
  }));
  const inspected = containers.map(({ service, gpu, image = 'ollama/ollama:latest', state = lives }, index) => [
    `/containers/${idOf(index)}/json`,
    {
      Id: idOf(index),
      Name: `/${service}`,
      State: state,
      Config: { Image: image },
      HostConfig: {
        NetworkMode: 'ai-network',
        Runtime: 'runc',
        DeviceRequests: gpu ? [{ Driver: 'nvidia', Count: -1, Capabilities: [['gpu']] }] : null,
      },
      Mounts: [
        { Type: 'volume', Name: '02-compute_ollama_storage', Source: '/x', Destination: '/root/.ollama', RW: true },
      ],
      NetworkSettings: { Ports: {}, Networks: { 'ai-network': { IPAddress: '172.20.0.3' } } },
    },
  ]);
  const logs = containers.map(({ log = [] }, index) => [
    `/containers/${idOf(index)}/logs`,
    log.map((line) => `\u0001\0\0\0\0\0\0!2026-11-21T08:00:01.000000000Z ${line}\n`).join(''),
  ]);
  return {
    '/containers/json': rows,
    ...Object.fromEntries([...inspected, ...logs]),
    '/info': { Runtimes: Object.fromEntries(runtimes.map((name) => [name, {}])) },
    '/networks': [{ Name: 'ai-network' }, { Name: 'bridge' }],
    '/api/tags': { models: [{ name: modelName }] },
    '/api/ps': { models: [{ name: modelName, size: 600_000_000, size_vram: onGpu }] },
    '/': '<html>simulated</html>',
  };
}

interface Engine {
  readonly containers?: readonly Container[];
  readonly toolkit?: boolean;
  /** What nvidia-smi says in a container. */
  readonly smi?: string;
  readonly onGpu?: number;
  readonly mode?: string;
}

const server: Container = { service: 'ollama-gpu', gpu: true };
const provision: Container = {
  service: 'comfyui-provision-gpu',
  image: 'mmartial/comfyui-nvidia-docker:latest',
  state: endedWell,
  log: ['all models are there'],
};
const listed = 'echo "GPU 0: simulated (UUID: GPU-0)"; echo "GPU 1: simulated (UUID: GPU-1)"';

/** A compose stack under a stand-in for a container engine: simulated. */
const stack = ({
  containers = [server, provision],
  toolkit = true,
  smi = listed,
  onGpu = 600_000_000,
  mode = '755',
}: Engine): Part => ({
  files: {
    [composeFile]: compose,
    [script]: '#!/bin/sh\nexit 0\n',
    '/opt/engine/engine.py': program,
    '/opt/engine/answers.json': JSON.stringify(answersOf(containers, toolkit ? ['runc', 'nvidia'] : ['runc'], onGpu)),
    '/usr/local/bin/docker': `#!/bin/sh\n# Stands in for docker exec: simulated.\n${smi}\n`,
  },
  before: [`chmod ${mode} ${script}`],
  start: [[python, '/opt/engine/engine.py']],
  ready: [{ file: '/opt/engine/ready', text: 'ready', times: 1 }],
  node: {
    ...young,
    simulated: ['container engine', 'Ollama'],
    stack: {
      file: composeFile,
      socket: '/run/engine.sock',
      profile: 'gpu-nvidia',
      network: 'ai-network',
      ollama: { url: 'http://127.0.0.1:11434', models: ['nomic-embed-text'] },
      scripts: [script],
    },
  },
});

/** A compose stack that was started wrong, or lost what it was started with. */
export const stacks: readonly Situation[] = [
  {
    name: 'the CPU variant of Ollama was started beside the one of the GPU, and a job is stopped',
    plant: (broken) => [
      gpus(),
      stack(broken ? { containers: [{ service: 'ollama-cpu' }, server, provision] } : {}),
      stoppedJob,
    ],
    expect: {
      cause: 'stack.profile stack',
      says: /2 hardware profiles are active at once: cpu \(ollama-cpu\) and gpu-nvidia \(ollama-gpu\)/,
      next: /rm --stop --force ollama-cpu/,
      never: restart,
    },
    herring: true,
  },
  {
    name: 'the container toolkit is missing, so that the engine starts no container with a GPU',
    plant: (broken) => [
      gpus(),
      stack(
        broken
          ? {
              toolkit: false,
              containers: [
                {
                  ...server,
                  state: {
                    ...lives,
                    Status: 'created',
                    Pid: 0,
                    ExitCode: 128,
                    Error: 'could not select device driver "nvidia" with capabilities: [[gpu]]',
                  },
                },
              ],
            }
          : {},
      ),
      crashingJob,
    ],
    expect: {
      cause: 'stack.toolkit stack',
      says: /no way to the GPUs for ollama-gpu/,
      next: /Install nvidia-container-toolkit/,
      notOk: ['stack.profile'],
    },
    herring: true,
  },
  {
    name: 'a container lost its GPU to a daemon-reload, and Ollama computes on the CPU',
    plant: (broken) => [
      gpus(),
      stack(broken ? { smi: 'echo "Failed to initialize NVML: Unknown Error"; exit 255', onGpu: 0 } : {}),
    ],
    expect: {
      cause: 'container.gpu container:ollama-gpu',
      says: /lost its GPU while it ran.*the driver of the machine is well/,
      next: /up -d --force-recreate --no-deps ollama-gpu/,
      never: restart,
      notOk: ['ollama.spill'],
    },
  },
  {
    name: 'the provision script of ComfyUI lost its right to be executed',
    plant: (broken) => [
      gpus(),
      stack(
        broken
          ? {
              mode: '644',
              containers: [
                server,
                {
                  ...provision,
                  state: { ...endedWell, ExitCode: 126 },
                  log: ['/bin/sh: /provision-models.sh: Permission denied'],
                },
              ],
            }
          : {},
      ),
    ],
    expect: {
      cause: `stack.provision file:${script}`,
      says: /not executable \(mode 0644\)/,
      next: /chmod \+x/,
      never: restart,
      notOk: ['stack.init'],
    },
  },
];
