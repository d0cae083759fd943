import { defineCheck, need, type Subject, type Verdict } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { names } from '../probes/names.ts';

interface Wanted {
  readonly name: string;
  /** Whom it is needed by, and what for. */
  readonly why: string;
  readonly service?: string;
}

/** Sources: gpud and a public runbook (DNS of containers); a recorded getent without an answer exits 2. */
export const nodeNames = defineCheck({
  name: 'node.names',
  summary: 'The node finds the addresses of the names that its services need',
  layer: 'queue',
  rule: 'Critical when the node finds no address for a name, or no name server answers; degraded when that took longer than `dnsSlowSeconds`; unknown without getent.',
  unseen:
    'Resolvers inside containers, whether the address is the right one, and names that the fleet file does not hold.',
  subjects: (node): readonly Subject<Wanted>[] =>
    wantedNames(node).map((wanted) => ({
      id: `name:${wanted.name}`,
      value: wanted,
      ...(wanted.service !== undefined && { service: wanted.service }),
    })),
  // One question for all: each costs a process on the node.
  needs: (_, node) => ({ names: need(names, { names: wantedNames(node).map(({ name }) => name) }) }),
  evaluate({ names: { found, servers } }, { name, why }, { thresholds: { dnsSlowSeconds } }): Verdict {
    const said = found[name] ?? { failed: 'silence' };
    if ('address' in said) {
      const took = durationText(said.seconds);
      const summary = `${name} is ${said.address}`;
      if (said.seconds <= dnsSlowSeconds) return { status: 'ok', summary: `${summary}.` };
      return {
        status: 'degraded',
        summary: `${summary}, but finding it out took ${took}, longer than ${durationText(dnsSlowSeconds)}: each new connection waits for it (${why}).`,
        next: [{ say: 'See which server in /etc/resolv.conf of the node does not answer.' }],
      };
    }
    if (said.failed === 'no_getent') {
      return {
        status: 'unknown',
        summary: `Whether the node finds ${name} (${why}) is not known: it has no getent.`,
      };
    }
    const whom = servers.length === 0 ? '' : `; it asks ${servers.join(', ')}`;
    return {
      status: 'critical',
      summary:
        said.failed === 'silence'
          ? `The node gets no answer for ${name} (${why}): its name servers are silent${whom}.`
          : `The node finds no address for ${name} (${why})${whom}.`,
      restartHelps: 'after-fix',
      next: [
        {
          say: 'See whether the name is spelt right and the name servers of the node are reached; a container has a resolv.conf of its own.',
        },
      ],
    };
  },
});

function wantedNames(node: Node): readonly Wanted[] {
  const all: readonly Wanted[] = [
    ...node.services.flatMap(({ name: service, temporal, health }) => [
      ...(temporal === undefined
        ? []
        : [{ name: hostOf(temporal.address), why: `the Temporal server of ${service}`, service }]),
      ...health
        .filter(({ from }) => from === 'node')
        .map(({ url }) => ({ name: new URL(url).hostname, why: `a health URL of ${service}`, service })),
    ]),
    ...node.reaches.map((url) => ({ name: new URL(url).hostname, why: 'what its services fetch from' })),
  ];
  const names = new Map<string, Wanted>();
  for (const wanted of all.filter(({ name }) => isName(name))) {
    const { service, ...shared } = names.get(wanted.name) ?? wanted;
    // What several services need is the node's own trouble.
    names.set(wanted.name, service === wanted.service && service !== undefined ? { ...shared, service } : shared);
  }
  return [...names.values()];
}

const hostOf = (address: string): string => address.replace(/:\d+$/, '');

/** Neither an address nor the machine itself. */
const isName = (host: string): boolean =>
  host !== '' && !/^[\d.]+$|[:[\]]/.test(host) && !/(?:^|\.)localhost$/.test(host);
