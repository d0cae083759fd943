import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { gpuDevices, type GpuDevices } from '../probes/gpu-devices.ts';
import { gpuDriver } from '../probes/gpu-driver.ts';
import { gpuNode } from './gpu-node.ts';

export const gpuCount = defineCheck({
  name: 'gpu.count',
  summary: 'As many GPUs answer as are declared and as the driver holds',
  layer: 'gpu',
  subjects: gpuNode,
  needs: () => ({ devices: need(gpuDevices, {}), driver: need(gpuDriver, {}) }),
  evaluate({ devices, driver }, { gpus: declared }): Verdict {
    if (devices.state === 'absent') {
      return declared === 'auto'
        ? { status: 'not_applicable', summary: 'No NVIDIA driver and no nvidia-smi on this node.' }
        : { status: 'critical', summary: `No GPU answers, ${declared} declared.`, restartHelps: 'no' };
    }
    const seen = busIdsOf(devices);
    if (seen === null) return { status: 'unknown', summary: 'Not known: nvidia-smi gives no answer to count.' };

    const held = driver.busIds ?? [];
    const silent = held.filter((busId) => !seen.includes(busId));
    const which = silent.length === 0 ? '' : `; silent: ${silent.join(', ')}`;
    if (declared !== 'auto' && seen.length < declared) {
      return {
        status: 'critical',
        summary: `${count(seen.length, 'GPU')} of the ${declared} declared answer${which}.`,
        restartHelps: 'no',
        next: [lookForXid],
      };
    }
    if (declared !== 'auto' && seen.length > declared) {
      return {
        status: 'degraded',
        summary: `${count(seen.length, 'GPU')} answer, ${declared} declared.`,
        next: [{ say: 'Correct `gpus` of this node in the fleet file.' }],
      };
    }
    if (declared === 'auto' && seen.length === 0)
      return { status: 'critical', summary: `No GPU answers${which}.`, restartHelps: 'no', next: [lookForXid] };
    if (declared === 'auto' && silent.length > 0) {
      return {
        status: 'critical',
        summary: `${count(seen.length, 'GPU')} of the ${held.length} that the driver holds answer${which}.`,
        restartHelps: 'no',
        next: [lookForXid, { say: 'In a container that was given only some of them, declare their number as `gpus`.' }],
      };
    }
    const expected = declared === 'auto' ? 'all that the driver holds' : `${declared} declared`;
    return {
      status: 'ok',
      summary: `${count(seen.length, 'GPU')} answer: ${held.length > 0 || declared !== 'auto' ? expected : 'how many there should be is not declared'}.`,
    };
  },
});

const lookForXid = {
  say: 'Look for Xid 79 at the silent address in the kernel log; drain the node, then reset or reboot.',
};

/** PCI addresses as /proc writes them, with four digits of domain; null where nvidia-smi did not get to count. */
function busIdsOf(devices: GpuDevices): readonly string[] | null {
  if (devices.state === 'failed' && /No devices were found/.test(devices.said)) return [];
  if (devices.state !== 'answered') return null;
  return devices.gpus.map(({ busId, index }) => busId?.replace(/^0000(?=[0-9a-f]{4}:)/, '') ?? `gpu ${index}`);
}
