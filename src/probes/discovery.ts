import { read, stat } from '../core/command.ts';
import { opsError } from '../core/errors.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { ManagerName } from '../core/service.ts';
import type { ManagerAnswer, ManagerPlace, ServiceState } from '../core/service-manager.ts';
import { engineContainers } from '../services/engine-containers.ts';
import { listeners } from './listeners.ts';
import { processes, programOf, treeOf, type Process } from './processes.ts';
import { modelsIn, programKind } from './program-kinds.ts';
import { serviceStates } from './service-states.ts';
import { holdersOf } from './socket-owners.ts';

export interface FoundModel {
  readonly path: string;
  /** Null where it can't be looked at. */
  readonly bytes: number | null;
}

/** Something that runs on a node and is worth a place in its fleet entry. */
export interface FoundService {
  readonly manager: ManagerName;
  /** Where its manager is found: the configuration of supervisord or compose, the home of pm2. */
  readonly config: string | null;
  readonly home: string | null;
  /** Of compose. */
  readonly project?: string;
  /** `none`: the program's name. */
  readonly unit: string;
  readonly state: ServiceState | null;
  /** Its processes; empty while it does not run. */
  readonly tree: readonly Process[];
  readonly ports: readonly number[];
  readonly models: readonly FoundModel[];
}

export interface Discovery {
  readonly services: readonly FoundService[];
  /** Ports that no found service holds, and the program that does, where it may be seen. */
  readonly otherPorts: readonly { readonly port: number; readonly program: string | null }[];
  /** Managers that are there and can't be asked. */
  readonly silent: readonly { readonly manager: ManagerName; readonly say: string }[];
}

const most = 64;

/** What runs on a node: one `ps`, one look at who holds the ports, and what the service managers say. */
export const discovery = defineProbe({
  name: 'node.discovery',
  summary: 'What runs on a node: managers and their services, ports and who holds them, models that are in use',
  *steps({ become }: { readonly become?: 'sudo' | undefined }): Asking<Discovery> {
    const { list } = yield* processes.steps({});
    const sockets = yield* listeners.steps({});
    const holders =
      sockets.length === 0
        ? {}
        : yield* holdersOf(
            sockets.map(({ inode }) => inode),
            become,
          );
    const portsOf = (pids: readonly number[]) => {
      const held = sockets.filter(({ inode }) => holders[inode]?.some((pid) => pids.includes(pid)));
      return [...new Set(held.map(({ port }) => port))].toSorted((a, b) => a - b);
    };

    const managed: Omit<FoundService, 'ports' | 'models'>[] = [];
    const silent: Discovery['silent'][number][] = [];
    const supervisors = configsOf(list);
    const homes = yield* pm2Homes(list);
    const { projects, say } = yield* composeProjects(become);
    const places: readonly (readonly [ManagerName, ManagerPlace])[] = [
      ...(supervisors.length === 0 ? [{}] : supervisors).map((place) => ['supervisor', { ...place, become }] as const),
      ...(homes.length === 0 ? [{}] : homes).map((place) => ['pm2', { ...place, become }] as const),
      ...projects.map((place) => ['compose', { ...place, become }] as const),
    ];
    if (say !== undefined) silent.push({ manager: 'compose', say });
    for (const [manager, place] of places) {
      const told = yield* asked(manager, place, []);
      if ('say' in told) {
        if (told.is) silent.push({ manager, say: told.say });
      } else managed.push(...told.services.map((state) => found(manager, place, state, list)));
    }
    const alone = yield* loose(list, managed);
    const services = [...managed, ...alone].slice(0, most);
    const paths = [...new Set(services.flatMap(({ tree }) => tree.flatMap(({ args }) => modelsIn(args))))].slice(
      0,
      most,
    );
    const sizes = paths.length === 0 ? [] : yield* askAll(paths.map((path) => stat(path, { become })));
    const modelOf = (path: string): FoundModel => {
      const seen = sizes[paths.indexOf(path)];
      return { path, bytes: seen?.ok === true && seen.type === 'file' ? seen.size : null };
    };
    const complete = services.map((service): FoundService => ({
      ...service,
      ports: portsOf(service.tree.map(({ pid }) => pid)),
      models: [...new Set(service.tree.flatMap(({ args }) => modelsIn(args)))].map(modelOf),
    }));
    const taken = complete.flatMap(({ ports }) => ports);
    const others = sockets.filter(({ port }) => !taken.includes(port));
    return {
      services: complete,
      otherPorts: [...new Set(others.map(({ port }) => port))]
        .toSorted((a, b) => a - b)
        .slice(0, most)
        .map((port) => {
          const inode = others.find((each) => each.port === port)?.inode ?? '';
          const pid = holders[inode]?.[0];
          const args = list.find((each) => each.pid === pid)?.args;
          return { port, program: args === undefined ? null : programName(args) };
        }),
      silent,
    };
  },
});

/** Where each supervisord that runs was told to read its configuration. */
function configsOf(list: readonly Process[]): readonly ManagerPlace[] {
  const running = list.filter(({ args }) => /(?:^|\/)supervisord(?:\s|$)/.test(args));
  const named = running.map(({ args }) => /\s(?:-c\s*|--configuration[= ])(\/\S+)/.exec(args)?.[1]);
  return [...new Set(named)].map((config) => (config === undefined ? {} : { config }));
}

/**
 * The homes of the pm2 daemons that run, by the sockets they listen on: the name of a daemon is cut where it is too long.
 *
 * Source: proc_net_unix(5), whose flag 00010000 is a socket that accepts.
 */
function* pm2Homes(list: readonly Process[]): Asking<readonly ManagerPlace[]> {
  if (!list.some(({ args }) => args.startsWith('PM2 v'))) return [];
  const sockets = fileTextIfAny(yield* ask(read('/proc/net/unix', { bytes: 1_048_576 }))) ?? '';
  const homes = [...sockets.matchAll(/ 00010000 .* (\/.*)\/rpc\.sock$/gm)].map(([, home]) => home);
  return [...new Set(homes)].map((home) => ({ home }));
}

interface Projects {
  readonly projects: readonly ManagerPlace[];
  /** Why an engine that is there can't be asked. */
  readonly say?: string;
}

/** The projects of which an engine at the usual place has containers. */
function* composeProjects(become: 'sudo' | undefined): Asking<Projects> {
  try {
    const answer = yield* engineContainers({ become });
    if (!answer.reachable) return isThere(answer) ? { projects: [], say: answer.say } : { projects: [] };
    const made = answer.containers.flatMap(({ compose }) => compose ?? []);
    const projects = new Map(made.map(({ project, configFiles: [config] }) => [project, { project, config }]));
    return { projects: [...projects.values()] };
  } catch (thrown) {
    return { projects: [], say: unreadable(thrown) };
  }
}

type Told =
  | { readonly services: readonly ServiceState[] }
  /** `is`: there is something that should have answered. */
  | { readonly say: string; readonly is: boolean };

function* asked(manager: ManagerName, place: ManagerPlace, units: readonly string[]): Asking<Told> {
  try {
    const answer = yield* serviceStates.steps({ manager, place, units });
    if (answer.reachable) return { services: answer.services };
    return { say: answer.say, is: isThere(answer) };
  } catch (thrown) {
    return { say: unreadable(thrown), is: true };
  }
}

const isThere = ({ reason }: Exclude<ManagerAnswer, { reachable: true }>): boolean =>
  reason !== 'absent' && reason !== 'stopped';

/** Why an answer made no sense. Errors: all that is thrown for another reason. */
function unreadable(thrown: unknown): string {
  const { code, message } = opsError(thrown);
  if (code !== 'OUTPUT_UNREADABLE') throw thrown;
  return message;
}

const found = (manager: ManagerName, place: ManagerPlace, state: ServiceState, list: readonly Process[]) => ({
  manager,
  config: place.config ?? null,
  home: place.home ?? null,
  ...(place.project !== undefined && { project: place.project }),
  unit: state.unit,
  state,
  tree: [...(state.pids ?? []), ...(state.pid === null ? [] : [state.pid])].flatMap((pid) => treeOf(list, pid)),
});

/** Known programs that no asked manager has started: under systemd where their control group says so. */
function* loose(
  list: readonly Process[],
  managed: readonly Pick<FoundService, 'tree'>[],
): Asking<readonly Omit<FoundService, 'ports' | 'models'>[]> {
  const owned = managed.flatMap(({ tree }) => tree.map(({ pid }) => pid));
  const known = list.filter(({ pid, args }) => !owned.includes(pid) && programKind(args) !== undefined);
  const roots = known.filter(({ parent }) => !known.some(({ pid }) => pid === parent)).slice(0, most);
  if (roots.length === 0) return [];
  const groups = yield* askAll(roots.map(({ pid }) => read(`/proc/${pid}/cgroup`, { bytes: 4_096 })));
  const units = groups.map((reply) => /\/([^/\n]+\.service)$/m.exec(fileTextIfAny(reply) ?? '')?.[1]);
  const named = [...new Set(units.filter((unit) => unit !== undefined))];
  const told = named.length === 0 ? { services: [] } : yield* asked('systemd', {}, named);
  const states = 'say' in told ? [] : told.services;
  return roots.map((root, index) => {
    const state = states.find(({ unit, pid }) => unit === units[index] && pid !== null) ?? null;
    const tree = treeOf(list, root.pid);
    if (state === null)
      return { manager: 'none' as const, config: null, home: null, unit: programName(root.args), state, tree };
    return { manager: 'systemd' as const, config: null, home: null, unit: state.unit, state, tree };
  });
}

/** The program, or the script that an interpreter runs, without its folder and the other arguments, which may hold secrets. */
export function programName(args: string): string {
  const [program = args, ...others] = args.split(' ');
  const name = programOf({ args: program }).replace(/:$/, '');
  const script = others.find((word) => !word.startsWith('-'));
  return script !== undefined && /^(?:python|node|ruby|perl|bash|dash|sh)[\d.]*$/.test(name)
    ? programOf({ args: script })
    : name;
}
