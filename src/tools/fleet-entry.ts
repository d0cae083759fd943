import { bytesText } from '../core/format.ts';
import type { Discovery, FoundService } from '../probes/discovery.ts';
import type { GpuDevices } from '../probes/gpu-devices.ts';
import { programKind } from '../probes/program-kinds.ts';

interface Found {
  readonly node: string;
  readonly discovery: Discovery;
  readonly gpus: GpuDevices;
}

/** The place of a node under `nodes:` of a fleet file, with what was seen as comments. */
export function fleetEntry({ node, discovery, gpus }: Found): string {
  const { services, otherPorts, silent } = discovery;
  const names = namesOf(services);
  return [
    `  ${yaml(node)}:`,
    ...gpuLines(gpus).map((line) => `    ${line}`),
    ...(services.length === 0 ? ['    # No service was found.'] : ['    services:']),
    ...services.flatMap((service, index) => serviceLines(service, names[index] ?? service.unit, gpus)),
    ...silent.map(({ manager, say }) => `    # ${manager} could not be asked: ${comment(say)}`),
    ...(otherPorts.length === 0
      ? []
      : [
          `    # Other ports that something listens on: ${otherPorts.map(({ port, program }) => `${port}${program === null ? '' : ` (${comment(program)})`}`).join(', ')}`,
        ]),
  ].join('\n');
}

function gpuLines(gpus: GpuDevices): readonly string[] {
  switch (gpus.state) {
    case 'answered':
      return [`gpus: ${gpus.gpus.length} # ${comment([...new Set(gpus.gpus.map(({ name }) => name))].join(', '))}`];
    case 'absent':
      return ['# gpus: no NVIDIA driver was found'];
    default:
      return ['# gpus: nvidia-smi gave no list, so how many there must be is yours to say'];
  }
}

function serviceLines(service: FoundService, name: string, gpus: GpuDevices): readonly string[] {
  const { manager, config, home, project, unit, state, tree, ports, models } = service;
  const program = tree.map(({ args }) => programKind(args)).find((known) => known !== undefined);
  const { kind, health = null } = program ?? { kind: 'other' };
  const pids = tree.map(({ pid }) => pid);
  const holdsGpu =
    gpus.state === 'answered' &&
    gpus.gpus.some(({ processes }) => processes.some(({ pid }) => pid !== null && pids.includes(pid)));
  const [port] = ports;
  const lines = [
    `${yaml(name)}: # ${state === null ? 'runs' : comment(state.said)}`,
    `  kind: ${kind}${program === undefined ? ' # api, worker, llama, whisper, ollama, comfyui or other' : ` # ${program.program}`}`,
    `  manager: ${manager}${manager === 'none' ? ' # nothing was seen that starts it again' : ''}`,
    ...(manager !== 'none' && name !== unit ? [`  unit: ${yaml(unit)}`] : []),
    ...(config === null ? [] : [`  config: ${yaml(config)}`]),
    ...(home === null ? [] : [`  home: ${yaml(home)}`]),
    ...(project === undefined ? [] : [`  project: ${yaml(project)}`]),
    ...(manager === 'compose' && state?.state === 'finished' ? ['  oneshot: true # it ended with 0'] : []),
    ...(holdsGpu ? ['  gpu: true # it holds one now'] : []),
    ...(state === null || state.logs.length === 0
      ? []
      : [`  # logs that ${manager} writes, found without: ${comment(state.logs.join(', '))}`]),
    ...(health === null || port === undefined
      ? []
      : [
          '  health: # the usual place of this program: try it',
          `    - url: http://127.0.0.1:${port}${health.path}`,
          ...(health.expect === undefined ? [] : [`      expect: ${JSON.stringify(health.expect)}`]),
        ]),
    ...(ports.length === 0 ? [] : [`  ports: [${ports.join(', ')}]`]),
    ...(models.length === 0 ? [] : ['  models:']),
    ...models.flatMap(({ path, bytes }) => [
      `    - path: ${yaml(path)}${bytes === null ? ' # could not be looked at' : ` # ${bytesText(bytes)} now`}`,
    ]),
  ];
  return lines.map((line) => `      ${line}`);
}

/** Names that are unique, and without the group or the ending that their manager gives them. */
function namesOf(services: readonly FoundService[]): readonly string[] {
  const short = services.map(
    ({ unit }) =>
      unit
        .replace(/\.service$/, '')
        .replace(/^.*:/, '')
        .replace(/^-+|\s+/g, '') || 'service',
  );
  return short.map((name, index) => (short.indexOf(name) === index ? name : `${name}-${index + 1}`));
}

/** A plain scalar where nothing can read it as something else. */
const yaml = (text: string): string =>
  /^[A-Za-z/][\w./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);

const comment = (text: string): string => text.replace(/\s+/g, ' ').trim();
