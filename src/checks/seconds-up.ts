import { unitOf, type Service } from '../core/service.ts';
import type { ManagerAnswer } from '../core/service-manager.ts';

/** How long the manager says that it runs; null where it does not run, or the manager does not say. */
export function secondsUp(states: ManagerAnswer, service: Service): number | null {
  const state = states.reachable ? states.services.find(({ unit }) => unit === unitOf(service)) : undefined;
  return state?.state === 'running' ? state.uptimeSeconds : null;
}
