import { defineCheck, need, theNode } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import { identity } from '../probes/identity.ts';

/** Threshold: GCM warns below ten minutes of uptime. */
const recentBootSeconds = 600;

export const nodeIdentity = defineCheck({
  name: 'node.identity',
  summary: 'Which machine this is, and whether it was booted just now',
  layer: 'boot',
  rule: 'Degraded in the first 600 s after a boot, which explains cold caches and a short kernel log (GCM); never critical.',
  unseen:
    'Reboots before that; in a container the uptime is that of its host, so a restart of the container alone does not show.',
  subjects: theNode,
  needs: () => ({ identity: need(identity, {}) }),
  evaluate({ identity: { hostname, kernel, init, container, uptimeSeconds } }) {
    const who = `${hostname ?? 'A machine without a name'} (Linux ${kernel ?? 'of unknown version'}, ${container === null ? 'no container' : `${container} container`}, pid 1 is ${init ?? 'hidden'})`;
    if (uptimeSeconds >= recentBootSeconds) {
      return { status: 'ok', summary: `${who} is up for ${durationText(uptimeSeconds)}.` };
    }
    return {
      status: 'degraded',
      summary: `${who} was booted ${durationText(uptimeSeconds)} ago, less than ${durationText(recentBootSeconds)}: caches are cold, and what the kernel logged before is gone.`,
      next: [{ say: 'Find out who rebooted the node, or why; services may still be on their way up.' }],
    };
  },
});
