import { gpuOfName } from '../core/comfyui-instances.ts';
import { read, stat, type FileTrouble, type ReadFound } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import type { ManagerName } from '../core/service.ts';
import type { ManagerPlace } from '../core/service-manager.ts';
import { clean } from '../core/text.ts';
import { pm2Apps, type Pm2App } from '../services/pm2-apps.ts';
import { processes, treeOf, type Process } from './processes.ts';
import { serviceStates } from './service-states.ts';

/** One that its manager knows by the name of an instance. Null is what nobody tells. */
export interface FoundInstance {
  readonly name: string;
  /** The manager's own word. */
  readonly said: string;
  readonly pid: number | null;
  readonly script: string | null;
  readonly cwd: string | null;
  readonly python: string | null;
  readonly args: readonly string[] | null;
  /** CUDA_VISIBLE_DEVICES of its process, else as the next start would have it; null where it has none, absent where neither is told. */
  readonly visible?: string | null;
  /** The same as its manager has it written down, where that tells. */
  readonly recorded: string | null;
  readonly limits: Pick<Pm2App, 'restartDelayMs' | 'maxRestarts' | 'minUptimeMs'> | null;
  /** Epoch ms by the clock of the node. */
  readonly startedAt: number | null;
  readonly logs: readonly string[];
}

/** A process of the same ComfyUI that no manager runs as an instance. */
export interface StrayInstance {
  readonly pid: number;
  readonly args: string;
  /** CUDA_VISIBLE_DEVICES; null where it has none, undefined where it may not be seen. */
  readonly visible?: string | null;
}

export type InstanceSet = { readonly strays: readonly StrayInstance[] } & (
  | { readonly reachable: false; readonly reason: string; readonly say: string }
  | { readonly reachable: true; readonly found: readonly FoundInstance[] }
);

export interface InstanceSetInput {
  readonly manager: ManagerName;
  readonly place: ManagerPlace;
  readonly units: readonly string[];
  /** Where ComfyUI is installed. */
  readonly path: string;
}

const mostStrays = 16;

/** What runs as instances of a ComfyUI: by the record of its manager, by its processes, and beside them. */
export const instanceSet = defineProbe({
  name: 'comfyui.instances',
  summary: 'What runs as instances of ComfyUI, on which GPU and port, by its manager and beside it',
  *steps(input: InstanceSetInput): Asking<InstanceSet> {
    const known = yield* knownTo(input);
    if ('reachable' in known) return { ...known, strays: yield* straysOf(input, []) };
    const { become } = input.place;
    const found: FoundInstance[] = [];
    for (const one of known) found.push(one.pid === null ? one : yield* withProcess(one, one.pid, become));
    return { reachable: true, found, strays: yield* straysOf(input, found) };
  },
});

type Silent = Omit<Extract<InstanceSet, { reachable: false }>, 'strays'>;

function* knownTo({ manager, place, units }: InstanceSetInput): Asking<readonly FoundInstance[] | Silent> {
  if (manager === 'pm2') {
    const answer = yield* pm2Apps(place);
    if ('lives' in answer) return { reachable: false, reason: answer.answer.reason, say: answer.answer.say };
    return answer.apps.filter(({ name }) => gpuOfName(name) !== undefined).map(ofPm2);
  }
  const answer = yield* serviceStates.steps({ manager, place, units });
  if (!answer.reachable) return { reachable: false, reason: answer.reason, say: answer.say };
  const named = answer.services.filter(({ unit, state }) => gpuOfName(unit) !== undefined && state !== 'missing');
  return named.map(({ unit, said, state, pid, logs }) => ({
    ...unknownTo(unit, said),
    pid: state === 'running' || state === 'starting' ? pid : null,
    logs,
  }));
}

const unknownTo = (name: string, said: string): FoundInstance => ({
  name,
  said: clean(said),
  pid: null,
  script: null,
  cwd: null,
  python: null,
  args: null,
  recorded: null,
  limits: null,
  startedAt: null,
  logs: [],
});

const ofPm2 = (app: Pm2App): FoundInstance => {
  const { name, status, pid, script, cwd, python, args, visible, startedAt, logs } = app;
  const { restartDelayMs, maxRestarts, minUptimeMs } = app;
  const isUp = status === 'online' || status === 'launching';
  return {
    ...unknownTo(clean(name), status ?? 'no status'),
    // A stopped app keeps the pid of its last process.
    pid: isUp ? pid || null : null,
    script,
    cwd,
    python,
    args,
    visible,
    startedAt,
    logs,
    recorded: visible,
    limits: { restartDelayMs, maxRestarts, minUptimeMs },
  };
};

/** What its process was started with goes before what is written down: only a restart takes that up. */
function* withProcess(one: FoundInstance, pid: number, become: 'sudo' | undefined): Asking<FoundInstance> {
  const [environ, cmdline] = yield* askAll([
    read(`/proc/${pid}/environ`, { bytes: 262_144, become, hidden: true }),
    read(`/proc/${pid}/cmdline`, { bytes: 65_536, become }),
  ] as const);
  const words = wordsOf(cmdline);
  const script = words?.findIndex((word) => /(?:^|\/)main\.py$/.test(word)) ?? -1;
  const visible = visibleIn(environ);
  return {
    ...one,
    ...(script > 0 && { args: words?.slice(script + 1) ?? null, script: words?.[script] ?? null }),
    ...(script > 0 && one.python === null && { python: words?.[0] ?? null }),
    ...(visible !== undefined && { visible }),
  };
}

/** Undefined where it may not be read; null where the variable is not there. */
function visibleIn(reply: ReadFound | FileTrouble): string | null | undefined {
  const entries = wordsOf(reply);
  if (entries === undefined) return undefined;
  const name = 'CUDA_VISIBLE_DEVICES=';
  const entry = entries.find((each) => each.startsWith(name));
  return entry === undefined ? null : clean(entry.slice(name.length)).slice(0, 80);
}

const wordsOf = (reply: ReadFound | FileTrouble): readonly string[] | undefined =>
  reply.ok && reply.bytes.length > 0 ? new TextDecoder().decode(reply.bytes).replace(/\0$/, '').split('\0') : undefined;

function* straysOf({ path, place }: InstanceSetInput, found: readonly FoundInstance[]): Asking<StrayInstance[]> {
  const { list } = yield* processes.steps({});
  const own = new Set(found.flatMap(({ pid }) => (pid === null ? [] : treeOf(list, pid).map((each) => each.pid))));
  const likely = list.filter(({ pid, args }) => !own.has(pid) && /(?:^|[\s/])main\.py(?:\s|$)/.test(args));
  if (likely.length === 0) return [];
  const some = likely.slice(0, mostStrays);
  const folders = yield* askAll(some.map(({ pid }) => stat(`/proc/${pid}/cwd`, { become: place.become })));
  const isOurs = ({ args }: Process, index: number) =>
    args.includes(`${path}/main.py`) || folders[index]?.link === path;
  const strays = some.filter(isOurs);
  if (strays.length === 0) return [];
  const environs = yield* askAll(
    strays.map(({ pid }) => read(`/proc/${pid}/environ`, { bytes: 262_144, become: place.become, hidden: true })),
  );
  return strays.map(({ pid, args }, index) => {
    const visible = environs[index] && visibleIn(environs[index]);
    return { pid, args: args.slice(0, 120), ...(visible !== undefined && { visible }) };
  });
}
