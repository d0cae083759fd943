import { OpsError } from '../core/errors.ts';
import { defineProbe, type Asking } from '../core/probe.ts';
import type { ManagerName } from '../core/service.ts';
import type { ManagerAnswer, ManagerPlace } from '../core/service-manager.ts';
import { serviceManagers } from '../services/index.ts';

export interface StatesInput {
  readonly manager: ManagerName;
  readonly place: ManagerPlace;
  /** As declared: each comes back, `missing` where the manager does not know it. */
  readonly units: readonly string[];
}

export const serviceStates = defineProbe({
  name: 'service.states',
  summary: 'What a service manager says of its services',
  *steps({ manager, place, units }: StatesInput): Asking<ManagerAnswer> {
    if (manager === 'none') return { reachable: true, via: 'nobody', services: [] };
    const asked = serviceManagers.find(({ name }) => name === manager);
    if (asked === undefined)
      throw new OpsError('OUTPUT_UNREADABLE', `There is no service manager "${manager}" to ask.`);
    return yield* asked.list(place, units);
  },
});
