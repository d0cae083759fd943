import type { Node } from '../core/node.ts';
import { unitOf, type ManagerName, type Service } from '../core/service.ts';
import { placeOf, type ManagerPlace } from '../core/service-manager.ts';
import type { ServiceInput } from '../probes/service-processes.ts';

/** One running manager of a node and the units that the node declares under it. */
export interface Managed {
  /** `manager:supervisor`; with its place where a node has two of a kind. */
  readonly id: string;
  readonly manager: ManagerName;
  readonly place: ManagerPlace;
  readonly units: readonly string[];
}

/** The manager of a service, with all units under it, so that they share one question. */
export function managerOf(service: Service, node: Node): Managed {
  const { manager } = service;
  const key = keyOf(service);
  const place = placeOf(service);
  const ofKind = node.services.filter((other) => other.manager === manager);
  const under = ofKind.filter((other) => keyOf(other) === key);
  const where = place.project ?? place.config ?? place.server ?? place.home ?? place.user ?? 'default';
  return {
    id: under.length === ofKind.length ? `manager:${manager}` : `manager:${manager}:${where}`,
    manager,
    place,
    units: [...new Set(under.map(unitOf))],
  };
}

/** What a probe about one service wants to hear. */
export const serviceInput = (service: Service, node: Node): ServiceInput => {
  const { manager, place, units } = managerOf(service, node);
  return { manager, place, units, unit: unitOf(service) };
};

/** Every manager of a node, once. */
export function managersOf(node: Node): readonly Managed[] {
  const managed = node.services.filter(({ manager }) => manager !== 'none');
  const firsts = managed.filter((service, index) => managed.findIndex((it) => keyOf(it) === keyOf(service)) === index);
  return firsts.map((service) => managerOf(service, node));
}

const keyOf = (service: Service): string => JSON.stringify([service.manager, placeOf(service)]);
