import { defineCheck, need, type Verdict } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import { temporalReach, type TemporalReach } from '../probes/temporal-reach.ts';
import { temporalUsers } from './temporal-users.ts';

/** A client of Temporal says no more than that it failed before its deadline; the stream alone says why. */
export const tmpReach = defineCheck({
  name: 'tmp.reach',
  summary: 'The Temporal frontend that a service declares can be reached from the node',
  layer: 'queue',
  rule: 'Critical when the frontend refuses, gives no answer in 5 s, or has no address or route; degraded when slower than `temporalSlowMs`; unknown when the node makes no connection for us.',
  unseen: 'Whether Temporal is what answers, TLS and credentials: any answer at the port counts.',
  subjects: temporalUsers,
  needs: ({ temporal: { address } }) => ({ reach: need(temporalReach, { address }) }),
  evaluate({ reach }, { temporal: { address } }, { thresholds: { temporalSlowMs } }): Verdict {
    if (!reach.reached) return unreached(address, reach);
    const reached = `The Temporal frontend ${address} can be reached from the node in ${took(reach.ms)}`;
    if (reach.ms <= temporalSlowMs) return { status: 'ok', summary: `${reached}.` };
    return {
      status: 'degraded',
      summary: `${reached}, slower than ${took(temporalSlowMs)}.`,
      next: [{ say: 'See whether the way to the frontend or the frontend itself is slow: workers poll over it.' }],
    };
  },
});

function unreached(address: string, { why, message, ms }: TemporalReach & { reached: false }): Verdict {
  const { says, say } = meanings[why];
  const summary = `The Temporal frontend ${address} ${says}${why === 'timeout' ? ` within ${took(ms)}` : ''} (${message}).`;
  return why === 'denied'
    ? { status: 'unknown', summary, next: [{ say }] }
    : { status: 'critical', summary, restartHelps: 'after-fix', next: [{ say }] };
}

const meanings: Record<(TemporalReach & { reached: false })['why'], { says: string; say: string }> = {
  refused: {
    says: 'refuses connections from the node: nothing listens there',
    say: 'See that the frontend runs and listens on this address and port; start the worker again when it answers.',
  },
  unresolved: {
    says: 'can not be reached from the node: its name is not resolved there',
    say: 'Ask the resolver on the node (getent hosts NAME) and look at /etc/resolv.conf; a VPN may be down.',
  },
  unroutable: {
    says: 'can not be reached from the node: there is no route to it',
    say: 'Look at the routes of the node, its VPN and the address of the frontend.',
  },
  timeout: {
    says: 'gives no answer to the node',
    say: 'A firewall that drops packets looks like this: test the way from the node to the port, then the frontend itself.',
  },
  denied: {
    says: 'could not be tried from the node',
    say: 'Allow TCP forwarding in the sshd of the node, or install curl there.',
  },
};

const took = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : durationText(ms / 1_000));
