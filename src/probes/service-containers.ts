import { defineProbe, type Asking } from '../core/probe.ts';
import type { ManagerPlace } from '../core/service-manager.ts';
import { composeAnswer } from '../services/compose-answer.ts';
import type { ContainerFacts } from '../services/engine-inspect.ts';

export interface ServiceContainers {
  /** The engine can't be asked, or does not tell which project is meant. */
  readonly silent: boolean;
  readonly containers: readonly ContainerFacts[];
}

/** The same questions as for the state of the service, so that it costs none. */
export const serviceContainers = defineProbe({
  name: 'service.containers',
  summary: 'The containers of a service of compose, without their environment',
  *steps({ place, unit }: { readonly place: ManagerPlace; readonly unit: string }): Asking<ServiceContainers> {
    const answer = yield* composeAnswer(place);
    if (!answer.reachable) return { silent: true, containers: [] };
    return { silent: false, containers: answer.containers.filter(({ service }) => service === unit) };
  },
});
