import { captured } from '../core/capture.ts';
import { list, read, run, stat, type ExecReply } from '../core/command.ts';
import { ask, askAll, defineProbe, inStep, type Asking } from '../core/probe.ts';
import { bothOutputs, fileTextIfAny } from '../core/reply.ts';
import { clean } from '../core/text.ts';
import { stuckInDriver } from './gpu-stuck.ts';
import { gpusAskedBy, stackMembers, type MembersInput, type StackMember } from './stack-members.ts';

/** The GPU of one running container that asks for one, from outside of it and from inside. */
export interface ContainerGpu {
  readonly service: string;
  readonly asks: 'nvidia' | 'amd';
  /** Device files of the node that lead to its GPUs. */
  readonly host: readonly string[];
  /** Those that the container sees; null where its file tree may not be seen. */
  readonly inside: readonly string[] | null;
  /** Whether its control group may open them; null where that is no file, as since version 2. */
  readonly open: boolean | null;
  /** What nvidia-smi said in it; null where it was not run. */
  readonly said: Said | null;
}

type Said =
  | { readonly state: 'answers'; readonly gpus: number }
  | { readonly state: 'fails' | 'missing' | 'silent'; readonly line: string };

const isNvidia = (name: string): boolean => /^nvidia\d+$/.test(name);
const nvidiaMajor = 195;

/** Files first. nvidia-smi in the container is the last question, and is not put while another one hangs in the driver. */
export const containerGpus = defineProbe({
  name: 'container.gpus',
  summary: 'Whether running containers that ask for GPUs still have them',
  /** Null where the engine tells nothing. */
  *steps(input: MembersInput): Asking<readonly ContainerGpu[] | null> {
    const found = yield* stackMembers.steps(input);
    if (!found.reachable) return null;
    const running = found.members.filter(({ status, pid }) => status === 'running' && pid !== null);
    const askers = running.flatMap((member) => {
      const asks = gpusAskedBy(member);
      return asks === null ? [] : [{ member, asks }];
    });
    if (askers.length === 0) return [];
    const [devices, render, driver] = yield* askAll([
      list('/dev'),
      list('/dev/dri'),
      stat('/proc/driver/nvidia/version'),
    ]);
    const host = {
      nvidia: devices.ok ? devices.entries.map(({ name }) => name).filter(isNvidia) : [],
      amd: render.ok ? render.entries.map(({ name }) => name).filter(isRenderer) : [],
    };
    const seen = yield* inStep(askers.map(({ member, asks }) => seenIn(member, asks, host[asks], input.become)));
    const canAsk = driver.ok && (yield* stuckInDriver()) === null;
    const all: ContainerGpu[] = [];
    for (const [index, gpu] of seen.entries()) {
      const member = askers[index]?.member;
      // One after the other: where the driver hangs, the first one shows it.
      const isWorthIt = canAsk && gpu.asks === 'nvidia' && gpu.open !== false && gpu.inside?.length !== 0;
      all.push(member === undefined || !isWorthIt ? gpu : { ...gpu, said: yield* saidIn(member, input) });
    }
    return all;
  },
});

const isRenderer = (name: string): boolean => /^renderD\d+$/.test(name);
const folders = { nvidia: '/dev', amd: '/dev/dri' } as const;

function* seenIn(
  { pid, service }: StackMember,
  asks: 'nvidia' | 'amd',
  host: readonly string[],
  become: 'sudo' | undefined,
): Asking<ContainerGpu> {
  const folder = folders[asks];
  const [inside, groups] = yield* askAll([list(`/proc/${pid}/root${folder}`, { become }), read(`/proc/${pid}/cgroup`)]);
  const wanted = asks === 'nvidia' ? isNvidia : isRenderer;
  const path = /^\d+:devices:(\/.*)$/m.exec(fileTextIfAny(groups) ?? '')?.[1];
  const rules =
    path === undefined ? undefined : yield* ask(read(`/sys/fs/cgroup/devices${path}/devices.list`, { become }));
  const text = rules === undefined ? undefined : fileTextIfAny(rules);
  return {
    service,
    asks,
    host: host.map((name) => `${folder}/${name}`),
    inside: inside.ok
      ? inside.entries.flatMap(({ name }) => (wanted(name) ? [`${folder}/${name}`] : []))
      : inside.errno === 'ENOENT'
        ? []
        : null,
    open: text === undefined || asks === 'amd' ? null : new RegExp(`^(?:a \\*:\\*|c ${nvidiaMajor}:)`, 'm').test(text),
    said: null,
  };
}

function* saidIn({ id }: StackMember, { place, become }: MembersInput): Asking<Said> {
  const engine = place.server ?? 'unix:///var/run/docker.sock';
  const words = ['docker', '-H', engine, 'exec', id.slice(0, 12), 'nvidia-smi', '-L'] as const;
  return saidBy(yield* ask(run(words, { become, wedges: true, deadlineMs: 20_000, silence: 'tells', bytes: 65_536 })));
}

function saidBy(reply: ExecReply): Said {
  const text = clean(captured(reply.stdout));
  const line = (
    bothOutputs(reply)
      .split('\n')
      .find((each) => each.trim() !== '') ?? ''
  )
    .trim()
    .slice(0, 200);
  if (reply.exitCode === null && reply.signal === null) return { state: 'silent', line };
  const gpus = text.match(/^GPU \d+: /gm)?.length ?? 0;
  if (reply.exitCode === 0 && gpus > 0) return { state: 'answers', gpus };
  return { state: /NVML|NVIDIA-SMI has failed|No devices/.test(line) ? 'fails' : 'missing', line };
}
