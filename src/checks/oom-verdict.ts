import type { Verdict } from '../core/check.ts';
import { bytesText, count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Next } from '../core/report.ts';
import type { KernelLog } from '../probes/kernel-log.ts';
import type { OomCounters } from '../probes/oom-counters.ts';
import { spanText, timesText } from './kernel-faults.ts';
import type { OomKill } from './oom-kills.ts';
import type { Suspect } from './oom-owner.ts';

type Read = KernelLog & { readonly known: true };
interface Owned {
  readonly kill: OomKill;
  readonly owners: readonly Suspect[];
}

const signature = 'OS-OOM';
/** One kill longer ago than this, with none since, makes no running service critical. */
const freshSeconds = 3_600;

/** A service whose process was killed: it may run again and end the same way, and its manager tells nothing of it. */
export function killsOfService(own: Suspect, kills: readonly OomKill[], uptimeSeconds: number, node: Node): Verdict {
  const { name } = own.service;
  const last = kills.at(-1);
  if (last === undefined) return { status: 'ok', summary: `${name}: no process of it was killed for lack of memory.` };
  const age = last.at === null ? null : Math.max(0, uptimeSeconds - last.at);
  const runs = own.pid !== null;
  const isSingleAndPast = kills.length === 1 && runs && (age ?? 0) > freshSeconds;
  const now = runs ? ' It runs again, and will end the same way under the same load.' : ' It does not run now.';
  return {
    status: isSingleAndPast ? 'degraded' : 'critical',
    summary: `${name}: the kernel killed ${processText(last)} for lack of memory, ${timesText(kills.length, age)}: ${limitText(last)}.${now}`,
    signature,
    restartHelps: 'after-fix',
    next: [adviceFor(last), readLog(node, name)],
  };
}

/** Kills that are no declared service's, or not clearly one's. */
export function killsOfNode(
  others: readonly Owned[],
  log: Read,
  { uptimeSeconds, isForeign }: { readonly uptimeSeconds: number; readonly isForeign: boolean },
): Verdict {
  const last = others.at(-1);
  const span = spanText(log, uptimeSeconds);
  if (last === undefined) return { status: 'ok', summary: `No other process was killed for lack of memory (${span}).` };
  if (isForeign) {
    return {
      status: 'ok',
      summary: `${count(others.length, 'process', 'processes')} of the host killed for lack of memory, none of this container: its own count is 0.`,
    };
  }
  const age = last.kill.at === null ? null : Math.max(0, uptimeSeconds - last.kill.at);
  const names = [...new Set(others.map(({ kill }) => kill.name))].slice(0, 4).join(', ');
  const maybe = [...new Set(last.owners.map(({ service }) => service.name))];
  const whose =
    maybe.length === 0 ? 'no declared service that runs' : `${maybe.slice(0, -1).join(', ')} or ${maybe.at(-1)}`;
  return {
    status: 'degraded',
    summary: `The kernel killed ${names} for lack of memory, ${timesText(others.length, age)}: ${limitText(last.kill)}. Last was ${processText(last.kill)}, of ${whose}.`,
    signature,
    restartHelps: 'after-fix',
    next: [adviceFor(last.kill)],
  };
}

const processText = ({ name, pid, rssBytes }: OomKill): string =>
  `${name} (pid ${pid}${rssBytes === null ? '' : `, ${bytesText(rssBytes)}`})`;

const limitText = ({ limit, group }: OomKill): string =>
  limit === 'node'
    ? 'the memory of the node was used up'
    : `the limit of its control group${group === null || group === '/' ? '' : ` ${group}`} was reached`;

const adviceFor = ({ limit }: OomKill): Next => ({
  say:
    limit === 'node'
      ? 'See what holds the memory of the node; lower context, batch or parallel of the model servers, or move one away, before it is started again.'
      : 'Raise the memory limit of its container or unit, or lower context, batch or parallel; more memory in the node does not help.',
});

const readLog = (node: Node, service: string): Next => ({
  say: `Read the logs of ${service}.`,
  tool: 'log_tail',
  args: { node: node.name, service },
});

type Unread = KernelLog & { readonly known: false };

/** By the counters alone: they tell that it happened, not when and to whom. */
export function withoutLog({ say }: Unread, { sinceBoot, ownGroup }: OomCounters, container: string | null): Verdict {
  const counted = container === null ? sinceBoot : ownGroup;
  const where = container === null ? 'since boot' : 'in this container';
  if (counted === 0)
    return { status: 'ok', summary: `The kernel counts no process killed for lack of memory ${where}.` };
  if (counted === null && container !== null) {
    return { status: 'not_applicable', summary: 'Whether memory ran out is not shown to this container.' };
  }
  if (counted === null) {
    return { status: 'unknown', summary: `Whether the kernel killed for lack of memory is not known: ${say}.` };
  }
  return {
    status: 'degraded',
    summary: `The kernel counts ${count(counted, 'process', 'processes')} killed for lack of memory ${where}; which and when is in its log, which can not be read (${say}).`,
    signature,
    restartHelps: 'after-fix',
    next: [{ say: 'Declare `become: sudo` for the node, so that the kernel log names them.' }],
  };
}

/** The counter of the group that a service runs in, where no other declared service runs in it. */
export function withoutLogOf(own: Suspect, suspects: readonly Suspect[], { sinceBoot }: OomCounters): Verdict {
  const { name } = own.service;
  if (own.kills === 0 || sinceBoot === 0) {
    return { status: 'ok', summary: `${name}: the kernel counts no process of it killed for lack of memory.` };
  }
  const sharing = suspects.filter(({ group, service }) => group === own.group && service !== own.service);
  if (own.kills === null || own.group === null || sharing.length > 0) {
    return { status: 'not_applicable', summary: `${name}: nothing counts kills of its processes alone; see node.` };
  }
  return {
    status: 'critical',
    summary: `${name}: ${count(own.kills, 'process', 'processes')} of its control group ${own.group} were killed for lack of memory since the group was made; the kernel log, which can not be read, would say when.`,
    signature,
    restartHelps: 'after-fix',
    next: [
      { say: 'Raise the memory limit of its container or unit, or lower context, batch or parallel of the service.' },
    ],
  };
}
