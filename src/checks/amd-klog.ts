import { defineCheck, need, type Verdict } from '../core/check.ts';
import { files } from '../probes/files.ts';
import { identity } from '../probes/identity.ts';
import { kernelLog } from '../probes/kernel-log.ts';
import { gpuNode } from './gpu-node.ts';
import { kernelFaults, kernelVerdict, spanText, unread, weightOf } from './kernel-faults.ts';
import { kernelGpu } from './signatures/kernel-gpu.ts';

/** A file of every kernel that has the driver of AMD. */
const driver = '/sys/module/amdgpu/initstate';
const mostTold = 8;

const signatures = kernelGpu.filter(({ about }) => about === 'amd');

/** Silent where no driver of AMD is loaded. */
export const amdKlog = defineCheck({
  name: 'amd.klog',
  summary: 'The driver of AMD GPUs reports no fault in this boot',
  layer: 'gpu',
  rule: 'Each known line of amdgpu is degraded or critical by itself, for ten minutes, for `kernelFaultHours` (NVSentinel) or until the next boot, and never critical in a container; unknown when the login user may not read the log.',
  unseen: 'Lines that no signature knows or that the log has lost; in a container, whether the GPU is its own.',
  subjects: gpuNode,
  needs: (_, { become }) => ({
    driver: need(files, { paths: [driver] }),
    log: need(kernelLog, { become }),
    identity: need(identity, {}),
  }),
  evaluate({ driver: found, log, identity: { uptimeSeconds, container } }, { thresholds }): readonly Verdict[] {
    if (found[driver]?.there !== true) return [];
    if (!log.known) return [unread(log, container)];
    const hours = thresholds.kernelFaultHours;
    const told = kernelFaults(log, uptimeSeconds, signatures)
      .map((fault) => ({ fault, status: weightOf(fault, hours) }))
      .filter(({ status }) => status !== 'ok');
    if (told.length > 0)
      return told.slice(0, mostTold).map(({ fault, status }) => kernelVerdict(fault, status, container));
    return [
      { status: 'ok', summary: `The kernel log tells of no fault of an AMD GPU (${spanText(log, uptimeSeconds)}).` },
    ];
  },
});
