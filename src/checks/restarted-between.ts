import type { ServiceState } from '../core/service-manager.ts';

/** What shows that a service was started anew between two looks, if anything does. */
export function restartedBetween(before: ServiceState, after: ServiceState): string | undefined {
  const isUp = after.state === 'running' || after.state === 'starting';
  if (before.state === 'crashing' && isUp) return `it was "${before.said}" a moment before`;
  if (before.state !== 'running' && before.state !== 'starting') return undefined;
  if (before.restarts !== null && after.restarts !== null && after.restarts > before.restarts) {
    return `its restarts grew from ${before.restarts} to ${after.restarts} between two looks`;
  }
  if (after.state === 'crashing' || after.state === 'failed') return `it was "${before.said}" a moment before`;
  if (before.state === 'running' && after.state === 'starting') return 'it was running a moment before';
  if (before.pid !== null && after.pid !== null && before.pid !== after.pid) {
    return `its process changed from ${before.pid} to ${after.pid} between two looks`;
  }
  if (before.uptimeSeconds !== null && after.uptimeSeconds !== null && after.uptimeSeconds < before.uptimeSeconds) {
    return 'it was started anew between two looks';
  }
  return undefined;
}
