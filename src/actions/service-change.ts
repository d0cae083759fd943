import type { Change, Wanted } from '../core/action.ts';
import { count } from '../core/format.ts';
import type { Json } from '../core/json.ts';
import type { Node } from '../core/node.ts';
import { unitOf, type Service } from '../core/service.ts';
import { placeOf, type Verb } from '../core/service-manager.ts';
import { portsOf } from '../core/ports-of.ts';
import type { Before } from './service-now.ts';

/** What telling a service that would do, from what is declared: nothing of it moves while the service flaps. */
export function changeOf(verb: Verb, service: Service, node: Node, before: Before): Change {
  const { name, manager, quietSeconds } = service;
  const { config, project, server, home, user } = placeOf(service);
  const place = {
    config: config ?? null,
    server: server ?? null,
    home: home ?? null,
    user: user ?? null,
    ...(project !== undefined && { project }),
  };
  const isStopped = before.state === 'stopped';
  const dependants = dependantsOf(name, node.services);
  const world: Json = { manager, place, unit: unitOf(service), isStopped, dependants };
  const each = manager === 'pm2' ? ', every instance of it' : '';
  return {
    subject: `service:${name}`,
    service: name,
    risk: 'approve',
    what: `${upper(verb)} ${name} (${manager} ${unitOf(service)}${each}).`,
    drops: [...(verb === 'start' || isStopped ? [] : lost(verb, service)), ...others(verb, dependants)],
    proves:
      verb === 'stop'
        ? [`${manager} says that ${name} is stopped, and no process of it is left, for ${quietSeconds} s.`]
        : [
            `${name} runs as another process than before.`,
            `All that is known of its health is ok for ${quietSeconds} s without a break, beginning within ${service.startSeconds} s.`,
          ],
    undo: undoOf[verb](name),
    ...(verb === 'restart' && { again: true }),
    world,
    before,
  };
}

const upper = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const undoOf: Readonly<Record<Verb, (service: string) => (Wanted & { readonly what: string }) | null>> = {
  // What was in the memory of the old process does not come back.
  restart: () => null,
  start: (service) => ({ action: 'service.stop', args: { service }, what: `Stop ${service} again.` }),
  stop: (service) => ({
    action: 'service.start',
    args: { service, reason: 'It was stopped by the change that this takes back.' },
    what: `Start ${service} again.`,
  }),
};

function lost(verb: Verb, service: Service): readonly string[] {
  const { name, queue, models } = service;
  const ports = portsOf(service);
  const where = ports.length === 0 ? '' : ` (${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')})`;
  const until = verb === 'stop' ? 'it is started again' : 'it is well again';
  return [
    ...(ports.length > 0
      ? [`Requests in flight to ${name}${where} are lost, and new ones fail until ${until}.`]
      : queue === undefined
        ? [`What ${name} is at work on is lost, and it takes up nothing new until ${until}.`]
        : []),
    ...(queue === undefined
      ? []
      : [`Tasks of the queue ${queue} that it works on are lost, and others wait until ${until}.`]),
    ...(verb === 'restart' && models.length > 0 ? [`It loads ${count(models.length, 'model file')} anew.`] : []),
  ];
}

function others(verb: Verb, dependants: readonly string[]): readonly string[] {
  if (dependants.length === 0) return [];
  const [need, are] = dependants.length === 1 ? ['needs', 'is'] : ['need', 'are'];
  return [`${dependants.join(', ')} ${need} it and ${are} not ${verb === 'stop' ? 'stopped' : 'restarted'}.`];
}

/** Those that need a service, the nearest first, then those that need these. */
export function dependantsOf(name: string, all: readonly Pick<Service, 'name' | 'needs'>[]): readonly string[] {
  const found = [name];
  for (const needed of found) {
    const more = all.filter((each) => each.needs.includes(needed) && !found.includes(each.name));
    found.push(...more.map((each) => each.name));
  }
  return found.slice(1);
}
