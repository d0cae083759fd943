import type { Asking } from '../core/probe.ts';
import type { ManagerPlace, ServiceState } from '../core/service-manager.ts';
import { containerEvents, wasTold } from './compose-ends.ts';
import { composeCommand, composeProject } from './compose-project.ts';
import { containerState, isUnclearEnd } from './compose-states.ts';
import { declaredUnits } from './declared-units.ts';
import type { EngineDown } from './engine-answer.ts';
import { engineContainers } from './engine-containers.ts';
import { engineInspect, type ContainerFacts } from './engine-inspect.ts';
import { together } from './instances.ts';

/** A container with the service that it is an instance of. */
export interface ServiceContainer extends ContainerFacts {
  readonly service: string;
}

export type ComposeAnswer =
  | EngineDown
  | {
      readonly reachable: true;
      readonly via: string;
      readonly clock: number | null;
      readonly project: string;
      readonly containers: readonly ServiceContainer[];
    };

/** The containers of a project as its engine has them: all in two questions, whatever is asked about them. */
export function* composeAnswer(place: ManagerPlace): Asking<ComposeAnswer> {
  const all = yield* engineContainers(place);
  if (!all.reachable) return all;
  const found = composeProject(place, all.containers);
  if ('reachable' in found) return found;
  const { project, containers } = found;
  const { via, clock } = all;
  if (containers.length === 0) return { reachable: true, via, clock, project, containers: [] };
  const inspected = yield* engineInspect(
    place,
    containers.map(({ id }) => id),
  );
  const down = inspected.find((answer) => !answer.reachable);
  if (down?.reachable === false) return down;
  const facts = containers.flatMap(({ compose }, index) => {
    const answer = inspected[index];
    // It was removed meanwhile.
    return answer?.reachable !== true || answer.value === null ? [] : [{ ...answer.value, service: compose.service }];
  });
  return { reachable: true, via, clock, project, containers: facts };
}

/** The services of a project, and the declared ones of which it has no container. */
export function* composeServices(
  place: ManagerPlace,
  { containers, clock, project }: ComposeAnswer & { readonly reachable: true },
  units: readonly string[],
): Asking<readonly ServiceState[]> {
  const unclear = containers.filter(isUnclearEnd).map(({ id }) => id);
  // Its clock is told in whole seconds, and what ends a container may be of this very one.
  const events = unclear.length === 0 || clock === null ? [] : yield* containerEvents(place, unclear, clock + 1);
  const states = containers.map((each) => containerState(each.service, each, clock, wasTold(events, each.id)));
  return declaredUnits(together(states), units, undefined, (unit) => absent(unit, place, project));
}

/** Services of a profile that is not active have no container, as those that were never brought up. */
export const absent = (unit: string, { config }: ManagerPlace, project: string): string =>
  `no container in project ${project}: its profile is inactive, or it was not brought up (${composeCommand({ config, project }, 'up', '-d', unit)})`;
