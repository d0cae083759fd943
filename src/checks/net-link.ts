import { defineCheck, needTwice, theNode, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { interfaces, type Interface } from '../probes/interfaces.ts';

const apartMs = 10_000;

/**
 * Interfaces that lost their link in this boot, and errors that still grow. Some errors of the past are no reason to look
 * twice; a port that never had a link has no cable. The node answers over another link, so neither is critical in itself.
 *
 * Sources: gpud (interfaces that drop and flap).
 */
export const netLink = defineCheck({
  name: 'net.link',
  summary: 'Network interfaces keep their link and make no errors',
  layer: 'boot',
  rule: 'Degraded when an interface that should run has lost the link it had in this boot, or when its errors grow between two looks 10 s apart; the second look is taken only where more than one packet in a million went wrong. Never critical. Source: gpud.',
  unseen:
    'Ports without a network interface (InfiniBand alone), packets dropped without an error, and a link that comes and goes but is up at the look.',
  subjects: theNode,
  needs: () => ({ looks: needTwice(interfaces, {}, { apartMs, settled: (all) => !all.some(isFaulty) }) }),
  evaluate({ looks: [first, second] }): readonly Verdict[] {
    const last = second ?? first;
    if (last.length === 0)
      return [{ status: 'not_applicable', summary: 'The node has no network interface of its own.' }];
    const down = last.filter(({ state, wanted, wasUp }) => state === 'down' && wanted && wasUp === true);
    const bad = [...down.map(lost), ...last.flatMap((each) => growing(each, first) ?? [])];
    if (bad.length > 0) return bad;
    const up = last.filter(({ state }) => state === 'up').map(({ name }) => name);
    return [
      {
        status: 'ok',
        summary: up.length === 0 ? 'No interface tells of a lost link.' : `Up without new errors: ${up.join(', ')}.`,
      },
    ];
  },
});

/** More than one in a million packets of this boot. */
const isFaulty = ({ packets, errors }: Interface): boolean => errors * 1_000_000 > packets;

const lost = ({ name }: Interface): Verdict => ({
  status: 'degraded',
  summary: `${name} had a link in this boot and has none now.`,
  restartHelps: 'no',
  next: [{ say: 'See cable, transceiver and switch port; the kernel log tells when the link went down.' }],
});

function growing(now: Interface, before: readonly Interface[]): Verdict | undefined {
  const then = before.find(({ name }) => name === now.name);
  if (then === undefined || now.errors <= then.errors) return undefined;
  const packets = Math.max(0, now.packets - then.packets);
  return {
    status: 'degraded',
    summary: `${now.name} made ${count(now.errors - then.errors, 'error')} in ${count(packets, 'packet')} between two looks ${apartMs / 1_000} s or more apart.`,
    restartHelps: 'no',
    next: [{ say: 'See cable, transceiver and switch port, and whether both ends agree on the speed.' }],
  };
}
