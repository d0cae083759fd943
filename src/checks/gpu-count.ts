import { defineCheck, need, type Verdict } from '../core/check.ts';
import type { Next } from '../core/report.ts';
import { gpuDevices, type GpuDevices } from '../probes/gpu-devices.ts';
import { gpuDriver } from '../probes/gpu-driver.ts';
import { gpuPci, pciAddress, type PciGpu } from '../probes/gpu-pci.ts';
import { gpuNode, noGpu, notNvidia, otherMaker } from './gpu-node.ts';
import { isElsewhere } from './gpu-pci.ts';

export const gpuCount = defineCheck({
  name: 'gpu.count',
  summary: 'As many GPUs answer as are declared and as the driver holds; one that is silent is named',
  layer: 'gpu',
  rule: 'Critical when fewer GPUs answer than are declared or than the driver holds; degraded when more do, or when the missing ones were handed to a virtual machine; unknown when nvidia-smi gives no answer.',
  unseen: 'Where `gpus` is auto, a GPU that the driver never held, such as one that was off the bus at boot.',
  subjects: gpuNode,
  needs: (_, { become }) => ({
    devices: need(gpuDevices, { become }),
    driver: need(gpuDriver, {}),
    pci: need(gpuPci, {}),
  }),
  evaluate({ devices, driver, pci }, { gpus: declared }): Verdict {
    const cards = pci.gpus.filter(({ vendor }) => vendor === 'nvidia');
    if (devices.state === 'absent') {
      if (declared === 'auto') return noGpu;
      if (otherMaker(pci)) return notNvidia;
      return {
        status: 'critical',
        summary: `No GPU answers, ${declared} declared${listed('on the PCI bus', addressesOf(cards))}.`,
        restartHelps: 'no',
      };
    }
    const seen = busIdsOf(devices);
    if (seen === null) return { status: 'unknown', summary: 'Not known: nvidia-smi gives no answer to count.' };

    const held = driver.busIds ?? [];
    const silent = held.filter((busId) => !seen.includes(busId));
    const which = listed('silent', silent);
    const answering = `GPUs that answer: ${seen.length}`;
    if (declared === 'auto') {
      if (seen.length === 0) return tooFew(`No GPU answers${which}.`);
      if (silent.length > 0) return tooFew(`${answering} of the ${held.length} that the driver holds${which}.`, share);
      return held.length > 0
        ? { status: 'ok', summary: `${answering}, all that the driver holds.` }
        : { status: 'not_applicable', summary: `${answering}; nothing says how many there should be.` };
    }
    if (seen.length < declared) return fewerThan(declared, answering, { seen, silent, cards });
    if (seen.length === declared) return { status: 'ok', summary: `${answering}, as many as are declared.` };
    return {
      status: 'degraded',
      summary: `${answering}, more than the ${declared} declared.`,
      next: [{ say: 'Correct `gpus` of this node in the fleet file.' }],
    };
  },
});

interface Found {
  readonly seen: readonly string[];
  readonly silent: readonly string[];
  readonly cards: readonly PciGpu[];
}

/** Names those that do not answer, or those that a virtual machine was given. */
function fewerThan(declared: number, answering: string, { seen, silent, cards }: Found): Verdict {
  const short = `${answering} of the ${declared} declared`;
  const given = cards.filter(isElsewhere);
  if (silent.length === 0 && given.length > 0 && seen.length + given.length >= declared)
    return {
      status: 'degraded',
      summary: `${short}${listed('handed to a virtual machine', addressesOf(given))}.`,
      next: [{ say: 'Take it back from vfio-pci, or correct `gpus` of this node in the fleet file.' }],
    };
  const missing = addressesOf(cards.filter((card) => !isElsewhere(card) && !seen.includes(card.address)));
  // A container sees the cards of the whole machine: only when the numbers fit is it clear which are meant.
  const named = silent.length === 0 && missing.length === declared - seen.length ? missing : silent;
  return tooFew(`${short}${listed('silent', named)}.`);
}

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

const addressesOf = (cards: readonly PciGpu[]): readonly string[] => cards.map(({ address }) => address);
const listed = (what: string, addresses: readonly string[]): string =>
  addresses.length === 0 ? '' : `; ${what}: ${addresses.join(', ')}`;

/** PCI addresses as the kernel writes them; null where nvidia-smi did not get to count. */
function busIdsOf(devices: GpuDevices): readonly string[] | null {
  if (devices.state === 'failed' && /No devices were found/.test(devices.said)) return [];
  if (devices.state !== 'answered') return null;
  return devices.gpus.map(({ busId, index }) => (busId === null ? `gpu ${index}` : pciAddress(busId)));
}
