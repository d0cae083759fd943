import { defineCheck, need, type Subject, type Verdict } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { layerOf, type Service } from '../core/service.ts';
import { accounts } from '../probes/accounts.ts';
import { servicePorts as probe, type Holder, type PortSocket, type ServicePorts } from '../probes/service-ports.ts';
import { serviceInput } from './managed.ts';
import { isOver, seeModel, waitingNeed, waitOf, waitText } from './model-wait.ts';
import { portsOf } from '../core/ports-of.ts';
import { readLog } from './read-log.ts';

type Facts = { ports: ServicePorts; uids: readonly number[] };

/** Traps: an orphan that answers in the place of its service, and two programs on one port (SO_REUSEPORT), socket(7). */
export const servicePorts = defineCheck({
  name: 'service.ports',
  summary: 'Each port of a service is held by the service itself, and by nobody else',
  layer: 'inference',
  rule: 'Critical when another program holds a port, or nobody does although the service runs, which is degraded in its first `youngSeconds` and while it waits for its model; unknown when the holder may not be seen.',
  unseen: 'UDP, ports in other network namespaces, and, without a manager, whose port it is.',
  subjects: (node: Node): readonly Subject<Service>[] =>
    node.services
      .filter((service) => portsOf(service).length > 0)
      .map((service) => ({
        id: `service:${service.name}`,
        value: service,
        service: service.name,
        layer: layerOf(service),
      })),
  needs: (service, node) => ({
    ports: need(probe, { ...serviceInput(service, node), ports: portsOf(service) }),
    accounts: need(accounts, {}),
    waiting: waitingNeed(service, node),
  }),
  evaluate({ ports, accounts: known, waiting }, service, node): readonly Verdict[] {
    const uids = ports.users.flatMap((user) => (Object.hasOwn(known, user) ? (known[user]?.uid ?? []) : []));
    const wait = waitOf(waiting);
    const judged = portsOf(service).map((port): Verdict => {
      const sockets = ports.sockets.filter((socket) => socket.port === port);
      if (sockets.length > 0) return held(port, sockets, { ports, uids }, service, node);
      if (wait === undefined || isOver(wait, service)) return unheld(port, ports, service, node);
      return {
        status: 'degraded',
        summary: `Nothing listens on port ${port} yet: ${service.name} waits for its model, ${waitText(wait, service)}.`,
        restartHelps: 'no',
        next: [seeModel(node, service)],
      };
    });
    const bad = judged.filter(({ status }) => status !== 'ok' && status !== 'not_applicable');
    return bad.length > 0 ? bad : judged;
  },
});

const isUp = ({ state }: ServicePorts): boolean => state === 'running' || state === 'starting';

function unheld(port: number, ports: ServicePorts, service: Service, node: Node): Verdict {
  const nobody = `Nothing listens on port ${port}`;
  const next = [readLog(node, service)];
  if (service.manager === 'none') {
    return { status: 'critical', summary: `${nobody}: ${service.name} does not run or does not serve.`, next };
  }
  if (ports.state === null) return { status: 'not_applicable', summary: `${nobody}; see manager.reach.` };
  if (!isUp(ports)) {
    return {
      status: 'not_applicable',
      summary: `${nobody}, and ${service.name} does not run: the port is free for it.`,
    };
  }
  const since = ports.uptimeSeconds === null ? 'since an unknown time' : `for ${durationText(ports.uptimeSeconds)}`;
  const isYoung = ports.state === 'starting' || (ports.uptimeSeconds ?? 0) < node.thresholds.youngSeconds;
  return {
    status: isYoung ? 'degraded' : 'critical',
    summary: isYoung
      ? `${nobody} yet: ${service.name} runs ${since}, proven up after ${node.thresholds.youngSeconds} s.`
      : `${nobody}, although ${service.manager} says that ${service.name} runs ${since}: it hangs before it serves, or serves on another port.`,
    next,
  };
}

function held(port: number, sockets: readonly PortSocket[], facts: Facts, service: Service, node: Node): Verdict {
  const { name, manager } = service;
  const own = sockets.filter((socket) => socket.held === 'service' || socket.held === 'manager');
  const others = sockets.filter((socket) => socket.held === 'other');
  const other = others.find((theirs) => own.length === 0 || own.some((ours) => overlap(ours, theirs)));
  if (manager === 'none')
    return { status: 'ok', summary: `Port ${port} is listened on; nobody says by whom it should be.` };
  if (other !== undefined) return foreign(port, other, own.length > 0, facts.ports, service, node);
  if (own.length > 0) {
    const via = own.some((socket) => socket.held === 'service') ? name : `${manager} for ${name}`;
    const beside =
      others.length === 0 ? '' : `; another program has it on ${others.map((it) => it.address).join(', ')}`;
    return { status: 'ok', summary: `Port ${port} is held by ${via} (${addresses(own)})${beside}.` };
  }
  return hidden(port, sockets, facts, service);
}

function foreign(
  port: number,
  { by, address }: PortSocket,
  isShared: boolean,
  ports: ServicePorts,
  { name, manager }: Service,
  node: Node,
): Verdict {
  const who = by.map(holderText).join('; ') || 'a process that has just ended';
  const pid = by[0]?.pid;
  // Who was not let in does not know whose process that is.
  if (ports.state === null && (ports.silent === 'denied' || ports.silent === 'unauthorized')) {
    return {
      status: 'unknown',
      summary: `Port ${port} is held by ${who}; whether that is ${name}, ${manager} could not be asked.`,
    };
  }
  const says = isShared
    ? `Two programs share port ${port} (SO_REUSEPORT): besides ${name} also ${who} on ${address}, so part of the requests go there.`
    : isUp(ports)
      ? `Port ${port} is held by ${who}, not by the ${name} that ${manager} runs: what answers there is another program.`
      : ports.state === null
        ? `Port ${port} is held by ${who}, while ${manager} ${ports.silent === null ? 'does not name' : 'can not be asked for'} ${name}: nobody watches it, and a new start fails with "address already in use".`
        : `Port ${port} is held by ${who}, while ${name} does not run: a start of it fails with "address already in use".`;
  const unit = by[0]?.unit ?? null;
  const first = pid === undefined ? 'that process' : `process ${pid}`;
  return {
    status: 'critical',
    summary: says,
    restartHelps: 'after-fix',
    next: [
      {
        say:
          unit === null
            ? `See that ${first} is nobody's work any more and end it; then start ${name} by ${manager}.`
            : `Give ${unit} and ${name} ports of their own, or stop the one that should not run.`,
      },
      { say: 'See what the managers of the node run.', tool: 'service_list', args: { nodes: [node.name] } },
    ],
  };
}

function hidden(port: number, sockets: readonly PortSocket[], { ports, uids }: Facts, { name }: Service): Verdict {
  const uid = sockets[0]?.uid ?? -1;
  const whose = `Port ${port} is held by a process of uid ${uid} that the login user may not look at`;
  if (isUp(ports) && uids.includes(uid)) {
    return { status: 'ok', summary: `${whose}; ${name} runs as that user.` };
  }
  return {
    status: 'unknown',
    summary: isUp(ports)
      ? `${whose}; ${name} runs as ${ports.users.join(', ') || 'an unknown user'}.`
      : `${whose}, while ${name} is not known to run.`,
    next: [{ say: 'Declare `become: sudo` for the service, or log in as its user, to see who holds the port.' }],
  };
}

/** Sockets of one port on addresses that differ take each other nothing. */
const overlap = (a: PortSocket, b: PortSocket): boolean =>
  a.address === b.address || isAny(a.address) || isAny(b.address);
const isAny = (address: string): boolean => address === '0.0.0.0' || address === '::';

const addresses = (sockets: readonly PortSocket[]): string =>
  [...new Set(sockets.map(({ address }) => address))].join(', ');

function holderText({ pid, parent, parentArgs, user, ageSeconds, args, unit }: Holder): string {
  const since = ageSeconds === null ? '' : `, started ${durationText(ageSeconds)} ago`;
  return `process ${pid} "${args.slice(0, 80)}" (user ${user}${since}, ${origin(parent, parentArgs, unit)})`;
}

/** Under systemd each unit is a child of process 1, so that alone makes nobody an orphan there. */
function origin(parent: number, parentArgs: string, unit: string | null): string {
  if (unit !== null) return `which the same manager runs as ${unit}`;
  if (parent !== 1) return `child of ${parent} ${parentArgs.slice(0, 40)}`.trim();
  return /systemd|\/init\b/.test(parentArgs)
    ? 'its parent is 1: a unit of its own, or an orphan'
    : 'an orphan: its parent is 1';
}
