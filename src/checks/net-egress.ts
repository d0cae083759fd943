import { defineCheck, need, type Subject, type Verdict } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import { egress, type Reached } from '../probes/egress.ts';

/** Any HTTP status proves that the way is open: a store answers a stranger 403. Slow: gpud (7 s). */
export const netEgress = defineCheck({
  name: 'net.egress',
  summary: 'The node reaches what its services fetch from',
  layer: 'queue',
  rule: 'Critical when a URL of `reaches` gives the node no HTTP answer; degraded when that took longer than `egressSlowMs` (gpud); unknown when its name is not found.',
  unseen: 'Whether a download is allowed and fast, for any HTTP status counts; and a proxy that only the services use.',
  subjects: (node): readonly Subject<string>[] => node.reaches.map((url) => ({ id: `url:${shown(url)}`, value: url })),
  needs: (url) => ({ reached: need(egress, { url }) }),
  evaluate({ reached }, url, { thresholds: { egressSlowMs } }): Verdict {
    const name = shown(url);
    const took = durationText(reached.ms / 1_000);
    if (!reached.reached) return unreached(name, reached);
    if (reached.ms <= egressSlowMs) return { status: 'ok', summary: `${name} is reached (HTTP ${reached.status}).` };
    return {
      status: 'degraded',
      summary: `${name} is reached (HTTP ${reached.status}), but took ${took}, longer than ${durationText(egressSlowMs / 1_000)}.`,
      next: [{ say: 'Downloads will be slow: see whether the network of the node or the store is overloaded.' }],
    };
  },
});

function unreached(name: string, { reason, message, ms }: Reached & { reached: false }): Verdict {
  if (/not known|name resolution|ENOTFOUND|EAI_AGAIN|resolve/i.test(message)) {
    return {
      status: 'unknown',
      summary: `Whether ${name} is reached is not known, because its name is not found: see node.names.`,
    };
  }
  // The store of a house may have a certificate that the node trusts and this machine does not.
  if (/certificate|issuer|self.signed/i.test(message) && !/expired/i.test(message)) {
    return { status: 'ok', summary: `${name} is reached; this machine does not trust its certificate, the node may.` };
  }
  const said: Record<typeof reason, string> = {
    refused: `the connection is refused (${message})`,
    timeout: `no answer within ${durationText(ms / 1_000)}`,
    reset: `it is cut off (${message})`,
    protocol: `what answers does not speak HTTP as it should (${message})`,
    missing: message,
    denied: message,
  };
  return {
    status: 'critical',
    summary: `The node does not reach ${name}: ${said[reason]}.`,
    restartHelps: 'no',
    next: [
      {
        say: 'Delete no model or cache now, it could not be fetched again; see the firewall, the route and the proxy of the node.',
      },
    ],
  };
}

/** Without what may hold a secret. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname === '/' ? '' : pathname}`;
}
