import { unitOf, type Service } from '../core/service.ts';
import type { ManagerAnswer } from '../core/service-manager.ts';

/** How long the manager says that it runs; null where it does not run, or the manager does not say. */
export function secondsUp(states: ManagerAnswer, service: Service): number | null {
  const state = states.reachable ? states.services.find(({ unit }) => unit === unitOf(service)) : undefined;
  return state?.state === 'running' ? state.uptimeSeconds : null;
}

/** The node's clock is known to half a second and uptimes come in whole ones. */
const clockSlackMs = 3_000;

/** What is older than this, in epoch ms of the node's clock, was before the last start; null where that is not known. */
export const lastStartMs = (runningSeconds: number | null, epochSeconds: number | null): number | null =>
  runningSeconds === null || epochSeconds === null ? null : (epochSeconds - runningSeconds) * 1_000 - clockSlackMs;
