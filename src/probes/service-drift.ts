import { defineProbe, type Asking } from '../core/probe.ts';
import type { Drift } from '../core/service-manager.ts';
import { serviceManagers } from '../services/index.ts';
import type { ServiceInput } from './service-processes.ts';

export const serviceDrift = defineProbe({
  name: 'service.drift',
  summary: 'Whether a manager runs a service as its configuration on disk says',
  *steps({ manager, place, unit, units }: ServiceInput): Asking<Drift | null> {
    const asked = serviceManagers.find(({ name }) => name === manager);
    return asked?.drift === undefined ? null : yield* asked.drift(place, unit, units);
  },
});
