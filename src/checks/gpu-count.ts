import { defineCheck, need, type Verdict } from '../core/check.ts';
import type { Next } from '../core/report.ts';
import { gpuDevices, type GpuDevices } from '../probes/gpu-devices.ts';
import { gpuDriver } from '../probes/gpu-driver.ts';
import { gpuNode, noGpu } from './gpu-node.ts';

export const gpuCount = defineCheck({
  name: 'gpu.count',
  summary: 'As many GPUs answer as are declared and as the driver holds',
  layer: 'gpu',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }), driver: need(gpuDriver, {}) }),
  evaluate({ devices, driver }, { gpus: declared }): Verdict {
    if (devices.state === 'absent') {
      return declared === 'auto'
        ? noGpu
        : { status: 'critical', summary: `No GPU answers, ${declared} declared.`, restartHelps: 'no' };
    }
    const seen = busIdsOf(devices);
    if (seen === null) return { status: 'unknown', summary: 'Not known: nvidia-smi gives no answer to count.' };

    const held = driver.busIds ?? [];
    const silent = held.filter((busId) => !seen.includes(busId));
    const which = silent.length === 0 ? '' : `; silent: ${silent.join(', ')}`;
    const answering = `GPUs that answer: ${seen.length}`;
    if (declared === 'auto') {
      if (seen.length === 0) return tooFew(`No GPU answers${which}.`);
      if (silent.length > 0) return tooFew(`${answering} of the ${held.length} that the driver holds${which}.`, share);
      return held.length > 0
        ? { status: 'ok', summary: `${answering}, all that the driver holds.` }
        : { status: 'not_applicable', summary: `${answering}; nothing says how many there should be.` };
    }
    if (seen.length < declared) return tooFew(`${answering} of the ${declared} declared${which}.`);
    if (seen.length === declared) return { status: 'ok', summary: `${answering}, as many as are declared.` };
    return {
      status: 'degraded',
      summary: `${answering}, more than the ${declared} declared.`,
      next: [{ say: 'Correct `gpus` of this node in the fleet file.' }],
    };
  },
});

const lookForXid = {
  say: 'Look for Xid 79 at the silent address in the kernel log; drain the node, then reset or reboot.',
};
const share = { say: 'In a container that was given only some of them, declare their number as `gpus`.' };

const tooFew = (summary: string, ...more: readonly Next[]): Verdict => ({
  status: 'critical',
  summary,
  restartHelps: 'no',
  next: [lookForXid, ...more],
});

/** PCI addresses as /proc writes them, with four digits of domain; null where nvidia-smi did not get to count. */
function busIdsOf(devices: GpuDevices): readonly string[] | null {
  if (devices.state === 'failed' && /No devices were found/.test(devices.said)) return [];
  if (devices.state !== 'answered') return null;
  return devices.gpus.map(({ busId, index }) => busId?.replace(/^0000(?=[0-9a-f]{4}:)/, '') ?? `gpu ${index}`);
}
