import type { Subject } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';

/** A service with the Temporal server that it declares. */
export type TemporalUser = Service & { readonly temporal: NonNullable<Service['temporal']> };
/** A service that polls a queue of it. */
export type QueueUser = TemporalUser & { readonly queue: string };

const isTemporalUser = (service: Service): service is TemporalUser => service.temporal !== undefined;
const isQueueUser = (service: Service): service is QueueUser => isTemporalUser(service) && service.queue !== undefined;

const subjectsOf = <T extends Service>(all: readonly T[]): readonly Subject<T>[] =>
  all.map((service) => ({ id: `service:${service.name}`, value: service, service: service.name }));

export const temporalUsers = (node: Node): readonly Subject<TemporalUser>[] =>
  subjectsOf(node.services.filter(isTemporalUser));

export const queueUsers = (node: Node): readonly Subject<QueueUser>[] => subjectsOf(node.services.filter(isQueueUser));
