import { defineProbe, inStep, type Asking } from '../core/probe.ts';
import type { Published, ServiceState, StateWord } from '../core/service-manager.ts';
import { listeners, listenersOf, type Listener } from './listeners.ts';
import { processes, treeOf, type Process } from './processes.ts';
import {
  isManagerProcess,
  rootOf,
  serviceState,
  treeUnder,
  type ServiceInput,
  type ServiceProcesses,
} from './service-processes.ts';
import { serviceStates } from './service-states.ts';
import { holdersOf, socketsOf } from './socket-owners.ts';

/** Whoever holds a port in place of the service. */
export interface Holder {
  readonly pid: number;
  readonly parent: number;
  readonly parentArgs: string;
  readonly user: string;
  readonly ageSeconds: number | null;
  readonly args: string;
  /** What the manager of the service calls it, where that runs it too. */
  readonly unit: string | null;
}

export interface PortSocket extends Listener {
  /** `manager`: the parent of the service, as pm2 holds the ports of a cluster. `hidden`: nobody that we may look at. */
  readonly held: 'service' | 'manager' | 'other' | 'hidden';
  readonly by: readonly Holder[];
}

export interface ServicePorts extends Pick<ServiceProcesses, 'silent'> {
  readonly state: StateWord | null;
  readonly uptimeSeconds: number | null;
  /** Users of its processes, asked where not all of its ports are held by the first of them. */
  readonly users: readonly string[];
  /** Who listens on the ports of the service; none for a port that nobody holds. */
  readonly sockets: readonly PortSocket[];
}

const mostHolders = 4;
const newSeconds = 10;

/** Who listens on the ports of a service. Only for a socket that its first process does not hold is anybody else asked. */
export const servicePorts = defineProbe({
  name: 'service.ports',
  summary: 'Who listens on the ports of a service: itself, its manager, or another program',
  *steps(input: ServiceInput & { readonly ports: readonly number[] }): Asking<ServicePorts> {
    const { manager, place } = input;
    const all = yield* listeners.steps({});
    const { silent, state } = yield* serviceState(input);
    const published = (state?.publishes ?? []).filter(({ hostPort }) => input.ports.includes(hostPort));
    const ports = input.ports.filter((port) => !published.some(({ hostPort }) => hostPort === port));
    const inside = (yield* inStep(published.map(servedInside))).flat();
    const found = all.filter(({ port }) => ports.includes(port));
    const root = rootOf(state);
    const said = { silent, state: state?.state ?? null, uptimeSeconds: state?.uptimeSeconds ?? null };
    // Without a manager nobody says whose port it should be.
    if (manager === 'none') return { ...said, users: [], sockets: found.map(hidden) };
    // Most services hold their ports by the very process that was started: then no list of all processes is needed.
    const first = yield* socketsOf(found.length === 0 || root === null ? [] : [root], place.become);
    if (found.every(({ inode }) => first?.includes(inode)))
      return { ...said, users: [], sockets: [...inside, ...found.map(byService)] };
    const tree = yield* treeUnder(root);
    const known = { ...said, users: [...new Set(tree.map(({ user }) => user))] };
    const own =
      first === null
        ? null
        : yield* socketsOf(
            tree.map(({ pid }) => pid),
            place.become,
          );
    // Whoever may not see the files of the service does not see those of a stranger either.
    if (own === null) return { ...known, sockets: [...inside, ...found.map(hidden)] };
    const theirs = found.filter(({ inode }) => !own.includes(inode));
    const ours = found.filter(({ inode }) => own.includes(inode));
    const held = [...inside, ...ours.map(byService)];
    if (theirs.length === 0) return { ...known, sockets: held };
    const holders = yield* holdersOf(
      theirs.map(({ inode }) => inode),
      place.become,
    );
    const { list } = yield* processes.steps({});
    const answer = yield* serviceStates.steps(input);
    const managed = answer.reachable ? answer.services : [];
    const others = theirs.map((each): PortSocket => {
      const pids = holders[each.inode] ?? [];
      const by = pids.slice(0, mostHolders).flatMap((pid) => holderOf(list, managed, pid));
      return { ...each, held: relationTo(tree, by, pids), by };
    });
    return { ...known, sockets: [...held, ...others] };
  },
});

const hidden = (socket: Listener): PortSocket => ({ ...socket, held: 'hidden', by: [] });
const byService = (socket: Listener): PortSocket => ({ ...socket, held: 'service', by: [] });

/** Whoever opens a port of the node for a service takes connections also while it listens to none, or to itself alone. */
function* servedInside({ hostPort, port, pid }: Published): Asking<readonly PortSocket[]> {
  const all = yield* listenersOf(pid);
  const served = all.filter(({ address, ...each }) => each.port === port && !/^127\.|^::1$/.test(address));
  return served.map((each) => byService({ ...each, port: hostPort }));
}

function relationTo(tree: readonly Process[], by: readonly Holder[], pids: readonly number[]): PortSocket['held'] {
  if (pids.length === 0) return 'hidden';
  if (pids.some((pid) => tree.some((each) => each.pid === pid))) return 'service';
  if (pids.includes(tree[0]?.parent ?? 0)) return 'manager';
  // Instances of a pm2 cluster have no port of their own: the daemon accepts for them.
  if (by.some(({ args }) => args.startsWith('PM2 v'))) return 'manager';
  // A program that crashes over and over may be up again since the manager was asked.
  // Its age tells it from an orphan: those go to process 1, which in a container is the manager itself.
  const isNew = ({ unit, parentArgs, ageSeconds }: Holder) =>
    unit === null && isManagerProcess(parentArgs) && ageSeconds !== null && ageSeconds <= newSeconds;
  return tree.length === 0 && by.some(isNew) ? 'service' : 'other';
}

function holderOf(list: readonly Process[], managed: readonly ServiceState[], pid: number): readonly Holder[] {
  const found = list.find((each) => each.pid === pid);
  if (found === undefined) return [];
  const { parent, user, ageSeconds, args } = found;
  const parentArgs = list.find((each) => each.pid === parent)?.args ?? '';
  const known = managed.find((state) => state.pid !== null && treeOf(list, state.pid).some((each) => each.pid === pid));
  const shown = { parentArgs: parentArgs.slice(0, 200), args: args.slice(0, 200) };
  return [{ pid, parent, user, ageSeconds, ...shown, unit: known?.unit ?? null }];
}
