import { defineCheck, need, type Verdict } from '../core/check.ts';
import { gpuDriver } from '../probes/gpu-driver.ts';
import { identity } from '../probes/identity.ts';
import { kernelLog } from '../probes/kernel-log.ts';
import { gpuNode, noGpu } from './gpu-node.ts';
import { kernelFaults, kernelVerdict, spanText, timesText, unread, weightOf } from './kernel-faults.ts';
import { kernelGpu } from './signatures/kernel-gpu.ts';
import { xidCode } from './xid-codes.ts';
import { pciAddress, xidEvents } from './xid-events.ts';
import { xidHistory } from './xid-history.ts';
import { moveAskedFor, xidMoves } from './xid-moves.ts';
import { xidStories, type XidStory } from './xid-story.ts';

const mostTold = 10;

const others = kernelGpu.filter(({ about, id }) => about === 'nvidia' && id !== 'NV-XID' && id !== 'NV-SXID');

/**
 * What the NVIDIA driver wrote into the kernel log since it was loaded.
 *
 * What the driver asks for (Xid 154) goes before the table. nvidia-smi is not asked: an Xid is often the reason why it
 * hangs, and gpu.recovery passes on what it says. Sources: xid-codes.ts, sxid-codes.ts, xid-history.ts.
 */
export const gpuXid = defineCheck({
  name: 'gpu.xid',
  summary: 'The NVIDIA driver reports no error of a GPU or an NVSwitch (Xid, SXid) in this boot',
  layer: 'gpu',
  rule: "Each Xid and SXid has a weight (NVIDIA's Xid catalog and fabric manager guide) and counts for `kernelFaultHours`. What the driver asks for itself (Xid 154) goes first: critical becomes degraded once it asks for nothing. Unknown when the login user may not read the log.",
  unseen:
    'What the kernel log has lost (its last 512 KiB are read), and all of it in a container that is not shown the log of its host.',
  subjects: gpuNode,
  needs: (_, { become }) => ({
    log: need(kernelLog, { become }),
    driver: need(gpuDriver, {}),
    identity: need(identity, {}),
  }),
  evaluate(
    { log, driver: { busIds: addresses }, identity: { uptimeSeconds, container } },
    node,
  ): Verdict | readonly Verdict[] {
    if (!log.known) return addresses === null && node.gpus === 'auto' ? noGpu : unread(log, container);
    const hours = node.thresholds.kernelFaultHours;
    const ours = addresses?.map(pciAddress) ?? [];
    // In a container the log is that of the host: a GPU that is not given to the container is another tenant's.
    const isOurs = (address: string) => container === null || addresses === null || ours.includes(address);
    const ageOf = (at: number | null) => (at === null ? null : Math.max(0, uptimeSeconds - at));
    const events = xidEvents(log).filter(({ address, isSwitch }) => isSwitch || isOurs(address));
    const stories = xidStories(events.filter(({ at }) => (ageOf(at) ?? 0) <= hours * 3_600));
    const told = stories.map((story) => storyVerdict(story, stories, ours, ageOf(story.worst.event.at)));
    const known = new Set(stories.flatMap(({ address }) => [address, `GPU${ours.indexOf(address)}`]));
    const lines = kernelFaults(log, uptimeSeconds, others)
      .filter(({ on }) => on === null || /^GPU\d/.test(on) || isOurs(pciAddress(on)))
      .filter(({ on }) => on === null || !(known.has(on) || known.has(pciAddress(on))))
      .map((fault) => ({ fault, status: weightOf(fault, hours) }))
      .filter(({ status }) => status !== 'ok')
      .map(({ fault, status }) => kernelVerdict(fault, status, null));
    const trouble = [...told, ...lines].filter(({ status }) => status !== 'ok');
    if (trouble.length > 0) return trouble.slice(0, mostTold);
    if (addresses === null && events.length === 0 && node.gpus === 'auto') return noGpu;
    const past = events.length === 0 ? 'no Xid' : `no Xid that matters in the last ${hours} h`;
    return { status: 'ok', summary: `The kernel log tells of ${past} (${spanText(log, uptimeSeconds)}).` };
  },
});

function storyVerdict(
  story: XidStory,
  all: readonly XidStory[],
  ours: readonly string[],
  ageSeconds: number | null,
): Verdict {
  const { address, isSwitch, worst, asked, isOver, isFollowing, symptoms } = story;
  const index = ours.indexOf(address);
  const called = isSwitch ? `NVSwitch ${address}` : index < 0 ? `GPU ${address}` : `GPU ${index} (${address})`;
  const history = xidHistory(story, all);
  const wanted = asked === null ? null : moveAskedFor(asked);
  const move = wanted ?? history?.move ?? worst.move;
  const { status, restartHelps, say } = xidMoves[move];
  const { code, program } = worst.event;
  const kind = isSwitch ? `SXid ${code}` : `Xid ${code} (${xidCode(code).name})`;
  const hit = program === null ? '' : `; it hit ${program.name ?? 'a program'} (pid ${program.pid})`;
  const then = isFollowing
    ? '; it follows from the error of another GPU or a switch'
    : symptoms.length === 0
      ? ''
      : `; Xid ${symptoms.join(', ')} after it follow from it`;
  const together = history === undefined ? '' : `; ${history.says}`;
  const driver =
    wanted !== null ? `; the driver asks for "${asked}"` : isOver ? '; since then the driver asks for nothing' : '';
  return {
    status: (isOver || (isFollowing && wanted === null)) && status === 'critical' ? 'degraded' : status,
    summary: `${called}: ${kind}, ${timesText(1, ageSeconds)}: ${worst.says}${hit}${then}${together}${driver}.`,
    subject: isSwitch ? `nvswitch:${address}` : `gpu:${index < 0 ? address : index}`,
    signature: isSwitch ? 'NV-SXID' : 'NV-XID',
    restartHelps,
    next: [{ say: isOver ? 'Watch whether it comes again; then ask the vendor.' : say }],
  };
}
