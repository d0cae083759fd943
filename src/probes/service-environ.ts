import { read } from '../core/command.ts';
import { ask, defineProbe, type Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import { processes, treeOf, type Process } from './processes.ts';
import { serviceStates, type StatesInput } from './service-states.ts';

export interface EnvironInput extends StatesInput {
  readonly unit: string;
  /** Variables and the value that each must have. */
  readonly wanted: Readonly<Record<string, string>>;
}

/** `nearly`: the same but for blanks or quotes around it. */
export type Compared = 'same' | 'nearly' | 'different' | 'empty' | 'missing';

/** The environment that a service was started with, compared; it holds no value. */
export type ServiceEnviron =
  | { readonly seen: false; readonly why: 'down' }
  | { readonly seen: false; readonly why: 'denied' | 'gone'; readonly pid: number }
  | {
      readonly seen: true;
      readonly pid: number;
      readonly program: string;
      readonly compared: Readonly<Record<string, Compared>>;
      /** Variables that hide every GPU from it. */
      readonly hiding: readonly string[];
      /** LD_LIBRARY_PATH leads to the stub of the driver's library, which is for linking only. */
      readonly stubs: boolean;
    };

/** What a process was started with, whatever it has set for itself since. Source: proc(5), /proc/PID/environ. */
export const serviceEnviron = defineProbe({
  name: 'service.environ',
  summary:
    'Whether the environment of a service holds what it must; its values are compared, and neither kept nor shown',
  *steps({ unit, wanted, ...input }: EnvironInput): Asking<ServiceEnviron> {
    const answer = yield* serviceStates.steps(input);
    const pid = answer.reachable ? (answer.services.find((state) => state.unit === unit)?.pid ?? null) : null;
    if (pid === null) return { seen: false, why: 'down' };
    const { become } = input.place;
    const main = yield* mainProcess(pid, become);
    const reply = yield* ask(read(`/proc/${main.pid}/environ`, { bytes: 262_144, become, hidden: true }));
    if (!reply.ok)
      return { seen: false, why: /^E(?:ACCES|PERM)$/.test(reply.errno) ? 'denied' : 'gone', pid: main.pid };
    const variables = variablesOf(reply.bytes);
    const compared = Object.entries(wanted).map(
      ([name, value]) => [name, compare(variables.get(name), value)] as const,
    );
    return {
      seen: true,
      pid: main.pid,
      program: main.program,
      compared: Object.fromEntries(compared),
      hiding: ['CUDA_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES'].filter((name) => hidesAll(variables.get(name))),
      stubs: /(?:^|:)[^:]*\/stubs\/?(?=:|$)/.test(variables.get('LD_LIBRARY_PATH') ?? ''),
    };
  },
});

interface Main {
  readonly pid: number;
  readonly program: string;
}

/** What a manager starts is often a script that starts the program; only then are all processes asked for. */
function* mainProcess(pid: number, become: 'sudo' | undefined): Asking<Main> {
  const reply = yield* ask(read(`/proc/${pid}/cmdline`, { bytes: 4_096, become }));
  const program = programOf(reply.ok ? (new TextDecoder().decode(reply.bytes).split('\0')[0] ?? '') : '');
  if (!wrappers.has(program)) return { pid, program };
  const { list } = yield* processes.steps({});
  return below({ pid, program }, treeOf(list, pid), 0);
}

const deepest = 8;

function below(main: Main, tree: readonly Process[], depth: number): Main {
  const children = tree
    .filter(({ parent, pid, state }) => parent === main.pid && pid !== main.pid && state !== 'Z')
    .map(({ pid, args }) => ({ pid, program: programOf(args.split(' ')[0] ?? '') }));
  const next = children.find(({ program }) => !wrappers.has(program)) ?? children[0];
  if (next === undefined || depth >= deepest) return main;
  return wrappers.has(next.program) ? below(next, tree, depth + 1) : next;
}

const programOf = (word: string): string =>
  clean(word.slice(word.lastIndexOf('/') + 1))
    .replace(/^-/, '')
    .slice(0, 40);

/** Programs whose work is to start another one. */
const wrappers: ReadonlySet<string> = new Set(
  'sh bash dash ash zsh ksh fish busybox sudo su runuser setpriv gosu env nice ionice nohup timeout setsid script tini dumb-init catatonit numactl taskset'.split(
    ' ',
  ),
);

/** The first of two of the same name is what a program gets. */
function variablesOf(bytes: Uint8Array): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const entry of new TextDecoder().decode(bytes).split('\0')) {
    const at = entry.indexOf('=');
    if (at > 0 && !variables.has(entry.slice(0, at))) variables.set(entry.slice(0, at), entry.slice(at + 1));
  }
  return variables;
}

function compare(value: string | undefined, wanted: string): Compared {
  if (value === undefined) return 'missing';
  if (value === wanted) return 'same';
  if (value === '') return 'empty';
  return bare(value) === bare(wanted) ? 'nearly' : 'different';
}

const bare = (value: string): string =>
  value
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .trim();

/** CUDA stops at the first name that is no device: nothing, -1 and words like it hide all. Source: CUDA programming guide. */
const hidesAll = (value: string | undefined): boolean => value !== undefined && /^\s*(?:$|-|,|no|void)/i.test(value);
