import { defineCheck, need, type Subject, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { identity } from '../probes/identity.ts';
import { kernelLog } from '../probes/kernel-log.ts';
import { kernelFaults, kernelVerdict, spanText, unread, weightOf } from './kernel-faults.ts';
import { kernel } from './signatures/kernel.ts';
import { kernelStorage } from './signatures/kernel-storage.ts';

const mostTold = 6;

type Area = 'machine' | 'storage';

const families = { machine: kernel.filter(({ about }) => about === 'machine'), storage: kernelStorage } as const;
const what = { machine: 'the machine', storage: 'disks, filesystems or file servers' } as const;

/** Faults of this boot. Source of the window: NVSentinel's 24 h. What GPUs report is for gpu.xid and amd.klog. */
export const nodeKlog = defineCheck({
  name: 'node.klog',
  summary: 'The kernel reports no fault of the machine, its disks and its filesystems in this boot',
  layer: 'boot',
  rule: 'Each known line is degraded or critical by itself, for ten minutes, for `kernelFaultHours` (NVSentinel) or until the next boot, and never critical in a container; a critical one of ten minutes is degraded for the rest of those hours. Unknown when the login user may not read the log.',
  unseen: 'Lines that no signature knows, and what the log has lost: its last 512 KiB of this boot are read.',
  subjects: (): readonly Subject<Area>[] => [
    { id: 'node', value: 'machine' },
    { id: 'storage', value: 'storage', layer: 'storage' },
  ],
  needs: (_, { become }) => ({ log: need(kernelLog, { become }), identity: need(identity, {}) }),
  evaluate({ log, identity: { uptimeSeconds, container } }, area, { thresholds }): Verdict | readonly Verdict[] {
    // One finding is enough to say that the log can't be read.
    if (!log.known) return area === 'machine' ? unread(log, container) : [];
    const hours = thresholds.kernelFaultHours;
    const faults = kernelFaults(log, uptimeSeconds, families[area]);
    const told = faults
      .map((fault) => ({ fault, status: weightOf(fault, hours) }))
      .filter(({ status }) => status !== 'ok');
    if (told.length > 0)
      return told.slice(0, mostTold).map(({ fault, status }) => kernelVerdict(fault, status, container));
    const past = faults.length === 0 ? '' : `, but ${count(faults.length, 'fault')} over ${hours} h ago`;
    return {
      status: 'ok',
      summary: `The kernel log tells of no fault of ${what[area]}${past} (${spanText(log, uptimeSeconds)}).`,
    };
  },
});
