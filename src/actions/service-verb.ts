import { z } from 'zod';
import type { Action, Order, Plan } from '../core/action.ts';
import type { AnyCheck } from '../core/check.ts';
import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import type { Asking } from '../core/probe.ts';
import type { Finding } from '../core/report.ts';
import { unitOf, type Service } from '../core/service.ts';
import { placeOf, type Untold, type Verb } from '../core/service-manager.ts';
import { nearest } from '../core/text.ts';
import { modelComplete } from '../checks/model-complete.ts';
import { modelPresent } from '../checks/model-present.ts';
import { serviceConfig } from '../checks/service-config.ts';
import { serviceContainer } from '../checks/service-container.ts';
import { serviceFiles } from '../checks/service-files.ts';
import { serviceFlap } from '../checks/service-flap.ts';
import { serviceHealth } from '../checks/service-health.ts';
import { serviceLog } from '../checks/service-log.ts';
import { servicePorts } from '../checks/service-ports.ts';
import { serviceRunning } from '../checks/service-running.ts';
import { serviceWait } from '../checks/service-wait.ts';
import { tmpPollers } from '../checks/tmp-pollers.ts';
import { serviceManagers } from '../services/index.ts';
import { changeOf } from './service-change.ts';
import { serviceDone } from './service-done.ts';
import { allOf, serviceNow } from './service-now.ts';
import { helpless, refusalOf, refuse } from './service-refusal.ts';

const argsSchema = z.strictObject({
  service: z.string().describe('As the fleet file names it'),
  reason: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('What was mended just now, where a start helps only after that'),
});
type Args = z.infer<typeof argsSchema>;

/** Whether it is well, and what it says of itself; that it runs is seen by its process. */
const wellness: readonly AnyCheck[] = [
  serviceHealth,
  serviceContainer,
  serviceLog,
  servicePorts,
  serviceWait,
  tmpPollers,
];
/** Besides, all that may say that a start does not help. */
const doubts: readonly AnyCheck[] = [
  ...wellness,
  serviceRunning,
  serviceFlap,
  serviceFiles,
  serviceConfig,
  modelPresent,
  modelComplete,
];

/** One verb of the manager of a service. */
export const serviceVerb = (verb: Verb, summary: string): Action<Args> => ({
  name: `service.${verb}`,
  summary,
  args: argsSchema,
  guards: ({ service }) => ({ checks: verb === 'stop' ? [] : doubts, services: [service] }),
  plan: ({ service, reason }, node, findings) => plan(verb, service, reason, node, findings),
  *order({ service: name }, node) {
    const found = yield* tell(declared(name, node), verb);
    if ('untold' in found) throw new OpsError('REFUSED_BY_NODE', found.untold);
    return found;
  },
  *done({ service }, node, before) {
    return yield* serviceDone(verb, declared(service, node), node, before);
  },
  proof({ service: name }, node) {
    const service = declared(name, node);
    return {
      checks: verb === 'stop' ? [] : wellness,
      services: [name],
      quietSeconds: service.quietSeconds,
      withinSeconds: service.startSeconds,
    };
  },
});

/** Errors: `UNKNOWN_SERVICE`. */
function declared(name: string, node: Node): Service {
  const service = node.services.find((each) => each.name === name);
  if (service === undefined) throw new OpsError('UNKNOWN_SERVICE', `${node.name} has no service ${name}.`);
  return service;
}

function* plan(
  verb: Verb,
  name: string,
  reason: string | undefined,
  node: Node,
  findings: readonly Finding[],
): Asking<Plan> {
  const service = node.services.find((each) => each.name === name);
  if (service === undefined) {
    const names = node.services.map((each) => each.name);
    const meant = nearest(name, names);
    return refuse(`${node.name} has no service ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
  }
  if (service.manager === 'none') {
    return refuse(`Nothing supervises ${name}, so nothing can be told to ${verb} it.`, [
      { say: 'Put it under a service manager and declare that in the fleet file, or do it by hand.' },
    ]);
  }
  const now = yield* serviceNow(service, node);
  const against = refusalOf(verb, service, node, now) ?? helpless(verb, service, node, findings, reason);
  if (against !== undefined || now.state === null) return against ?? refuse(`The state of ${name} is not known.`);
  const found = yield* tell(service, verb);
  if ('untold' in found) return refuse(found.untold);
  const { state, said, restarts } = now.state;
  const processes = verb === 'stop' ? yield* allOf(service, now) : now.processes;
  const before = { bootId: now.bootId, state, said, restarts, processes: [...processes] };
  return { can: true, ...changeOf(verb, service, node, before) };
}

function* tell(service: Service, verb: Verb): Asking<Order | Untold> {
  const manager = serviceManagers.find(({ name }) => name === service.manager);
  if (manager?.tell === undefined) return { untold: `${service.manager} can only be looked at.` };
  return yield* manager.tell(placeOf(service), unitOf(service), verb);
}
