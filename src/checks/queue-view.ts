import { need, type Verdict } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import type { Next } from '../core/report.ts';
import { identity } from '../probes/identity.ts';
import { serviceStates } from '../probes/service-states.ts';
import { temporalQueue, type QueueInput, type TemporalQueue } from '../probes/temporal-queue.ts';
import { managerOf } from './managed.ts';
import type { QueueUser } from './temporal-users.ts';

/** How the queue of a service is asked for. */
export const queueInput = ({ queue, temporal: { address, namespace, http } }: QueueUser): QueueInput => ({
  address,
  namespace,
  queue,
  http,
});

/** What is known of the queue, and since when the service that polls it runs. */
export function queueNeeds(service: QueueUser, node: Node) {
  const { manager, place, units } = managerOf(service, node);
  return {
    view: need(temporalQueue, queueInput(service)),
    states: need(serviceStates, { manager, place, units }),
    identity: need(identity, {}),
  };
}

/** Why nothing is known of a queue. */
export function unseen(view: TemporalQueue & { known: false }, service: QueueUser): Omit<Verdict, 'status'> {
  const { queue, temporal } = service;
  const asked = `The pollers of the queue ${queue} are not known`;
  switch (view.why) {
    case 'absent':
      return {
        summary: `${asked}: the node has no temporal program, and no HTTP API of Temporal is declared.`,
        next: [way],
      };
    case 'unreached':
      return {
        summary: `${asked}: ${temporal.http === undefined ? `the frontend ${temporal.address}` : 'the HTTP API'} can not be reached from the node (${view.message}).`,
        next: temporal.http === undefined ? [] : [way],
      };
    case 'unauthorized':
      return {
        summary: `${asked}: Temporal does not let us ask (${view.message}).`,
        next: [{ say: 'Give the temporal program of the node an environment that may describe task queues.' }],
      };
    case 'namespace':
      return {
        summary: `Temporal has no namespace ${temporal.namespace}: nothing can poll the queue ${queue} there.`,
        restartHelps: 'no',
        next: [{ say: 'Correct the namespace where the service is configured, or in the fleet file; or register it.' }],
      };
    default:
      return { summary: `${asked}: ${view.message}.`, next: [way] };
  }
}

const way: Next = {
  say: 'Declare `temporal.http` (the HTTP API of the frontend), or install the temporal program on the node.',
};
