import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { instanceSet, type FoundInstance, type InstanceSet } from '../probes/instance-set.ts';
import { launchesOf, type Launch } from '../services/instance-launch.ts';
import { instanceDifferences, visibleText } from './instance-differences.ts';
import { instanceInput } from './instance-input.ts';

type Known = Extract<InstanceSet, { reachable: true }>;

/** Whether each runs is for service.running to say; here it is what would be started, and on which GPU and port. */
export const comfyuiInstances = defineCheck({
  name: 'comfyui.instances',
  summary: 'The ComfyUI instances that the manager knows are those declared: one for each GPU, on its port',
  layer: 'inference',
  rule: 'Critical when one is missing, sees another GPU or has another port than declared, or when two share a GPU; degraded when one is started with other words or limits, or one is there that is not declared; unknown when the manager may not be asked.',
  unseen: 'A ComfyUI of another installation, and in other containers.',
  subjects: (node: Node) => (instanceInput(node) === undefined ? [] : [{ id: 'comfyui', value: node }]),
  needs: (node) => ({
    set: need(instanceSet, instanceInput(node) ?? { manager: 'none', place: {}, units: [], path: '' }),
  }),
  evaluate({ set }, node): readonly Verdict[] {
    const launches = launchesOf(node);
    if (launches === undefined) return [];
    const { declared, all } = launches;
    if (!set.reachable) return [unreached(set, all, declared.manager)];
    const next = [
      {
        say: 'See what brings them to what is declared; playbook run has it done.',
        tool: 'playbook_plan',
        args: { playbook: 'comfyui_start', nodes: [node.name] },
      },
    ];
    const trouble = [
      ...all.flatMap((launch) => judged(launch, set, declared)),
      ...surplus(all, set),
      ...(declared.cpuOnly ? [] : shared(set)),
    ].map((verdict) => ({ ...verdict, next }));
    return trouble.length > 0 ? trouble : [{ status: 'ok', summary: allWell(all, set) }];
  },
});

function unreached(
  { reason, say }: Extract<InstanceSet, { reachable: false }>,
  all: readonly Launch[],
  manager: string,
): Verdict {
  const isDown = reason === 'absent' || reason === 'stopped' || reason === 'stale';
  const names = all.map(({ name }) => name).join(', ');
  return isDown
    ? { status: 'critical', summary: `Nothing runs ${names}: ${manager} is not there (${say}).` }
    : {
        status: 'unknown',
        summary: `Whether ${names} run as declared is not known: ${manager} could not be asked (${say}).`,
      };
}

function judged(
  launch: Launch,
  { found }: Known,
  declared: Parameters<typeof instanceDifferences>[2],
): readonly Verdict[] {
  const subject = `service:${launch.name}`;
  const known = found.filter(({ name }) => name === launch.name);
  const [first, second] = known;
  if (first === undefined)
    return [
      {
        status: 'critical',
        subject,
        summary: `${declared.manager} knows no ${launch.name}, which is to serve GPU ${launch.gpu} on port ${launch.port}.`,
      },
    ];
  if (second !== undefined)
    return [
      {
        status: 'critical',
        subject,
        summary: `${declared.manager} has ${count(known.length, 'app')} called ${launch.name}, and one is declared.`,
      },
    ];
  const differences = instanceDifferences(launch, first, declared);
  if (differences.length === 0) return [];
  const summary = `${launch.name} is not as declared: it ${differences.map(({ say }) => say).join('; it ')}.`;
  return [{ status: differences.some(({ grave }) => grave) ? 'critical' : 'degraded', subject, summary }];
}

/** Left over from a time with more GPUs, or started by hand. */
const surplus = (all: readonly Launch[], { found }: Known): readonly Verdict[] =>
  found
    .filter((one) => !all.some(({ name }) => name === one.name))
    .map((one) => ({
      status: 'degraded',
      subject: `service:${one.name}`,
      summary: `${one.name} is there and not declared: it ${one.pid === null ? `does not run (${one.said})` : visibleText(one.visible)}.`,
    }));

/** Two that see the same GPU take its memory from each other. */
function shared({ found, strays }: Known): readonly Verdict[] {
  const running = [
    ...found.filter(isRunning).map(({ name, pid, visible }) => ({ who: `${name} (process ${pid})`, visible })),
    ...strays.map(({ pid, args, visible }) => ({ who: `process ${pid} "${args}", which nobody manages`, visible })),
  ];
  const gpus = new Set(running.flatMap(({ visible }) => gpusIn(visible)));
  return [...gpus].flatMap((gpu): readonly Verdict[] => {
    const on = running.filter(({ visible }) => visible === null || gpusIn(visible).includes(gpu));
    if (on.length < 2) return [];
    return [
      {
        status: 'critical',
        subject: `gpu:${gpu}`,
        summary: `${count(on.length, 'instance')} share GPU ${gpu}: ${on.map(({ who }) => who).join(' and ')}.`,
      },
    ];
  });
}

const isRunning = ({ pid }: FoundInstance): boolean => pid !== null;
const gpusIn = (visible: string | null | undefined): readonly string[] =>
  visible === null || visible === undefined
    ? []
    : visible
        .split(',')
        .map((gpu) => gpu.trim())
        .filter(Boolean);

function allWell(all: readonly Launch[], { found }: Known): string {
  const running = all.filter(({ name }) => found.some((one) => one.name === name && isRunning(one)));
  const where = all.map(({ name, gpu, port }) => `${name} (GPU ${gpu}, port ${port})`).join(', ');
  return `${count(all.length, 'instance')} as declared, ${running.length} of them running: ${where}.`;
}
