import { defineCheck, need, needTwice } from '../core/check.ts';
import { gpuDevices, type GpuDevices } from '../probes/gpu-devices.ts';
import { gpuPci, pciAddress, type PciGpus } from '../probes/gpu-pci.ts';
import type { Gpu } from '../probes/nvidia-smi-gpu.ts';
import { troubledGpus, type Judged } from './each-gpu.ts';
import { apartMs, before, isBusy, latestOf, type Before } from './gpu-looks.ts';
import { gpuNode } from './gpu-node.ts';

/** Replays per lane and minute that a link may have, by PCIe generation. Source: DCGM's PCIe replay limits. */
const replaysAllowed: readonly number[] = [0, 0.15, 0.3, 0.48, 0.96, 1.92, 3.84];
/** Fewer since the driver was loaded are not worth a second look. */
const fewReplays = 100;

/**
 * An idle GPU lowers its link to save power, so only a busy one is judged; many servers wire half the lanes, so the port
 * above it counts, and where that does not show (virtual machines) its siblings do.
 */
export const gpuPcie = defineCheck({
  name: 'gpu.pcie',
  summary: 'Busy GPUs use all lanes and the full speed of their PCIe link, and the link sends little twice',
  layer: 'gpu',
  rule: 'Degraded when a busy GPU uses fewer lanes or a lower generation than it and its port can, or when a link resends more packets between two looks than DCGM allows; never critical.',
  unseen:
    'Lanes and speed of an idle GPU, which lowers them to save power; in a virtual machine, what all GPUs lack alike.',
  subjects: gpuNode,
  needs: (_, { become }) => ({
    looks: needTwice(gpuDevices, { become }, { apartMs, settled: hasFewReplays }),
    pci: need(gpuPci, {}),
  }),
  evaluate({ looks, pci }) {
    const latest = latestOf(looks);
    const all = latest.state === 'answered' ? latest.gpus : [];
    return troubledGpus(
      latest,
      {
        fine: 'the PCIe link is as it should be',
        mute: 'No GPU of this node is busy, so its PCIe link may rest.',
      },
      (gpu, called) => {
        if (gpu.unifiedMemory) return 'mute';
        const says = replaying(gpu, before(gpu, looks)) ?? (isBusy(gpu) ? narrow(gpu, all, pci) : null);
        return says === null ? (isBusy(gpu) ? 'fine' : 'mute') : trouble(called, says);
      },
    );
  },
});

const hasFewReplays = (devices: GpuDevices): boolean =>
  devices.state !== 'answered' || devices.gpus.every(({ link }) => (link.replays ?? 0) < fewReplays);

const trouble = (called: string, says: string): Judged => ({
  status: 'degraded',
  summary: `${called} ${says}.`,
  restartHelps: 'no',
  next: [
    {
      say: 'Loading models is slow, tokens hardly; compare with the other GPUs, look for AER lines in the kernel log; a person has to reseat the card or its riser.',
    },
  ],
});

function narrow(gpu: Gpu, all: readonly Gpu[], { gpus }: PciGpus): string | null {
  const { lanes, mostLanes, generation, mostGeneration } = gpu.link;
  const most = lanesDue(gpu, all, gpus.find(({ address }) => address === pciAddress(gpu.busId ?? ''))?.mostLanes);
  if (lanes !== null && most !== null && lanes < most)
    return `works over ${lanes} of ${most} PCIe lanes${mostLanes === most ? '' : ` (it could use ${mostLanes})`}`;
  if (generation !== null && mostGeneration !== null && generation < mostGeneration)
    return `works at PCIe generation ${generation}, its slot can do ${mostGeneration}`;
  return null;
}

/** As many as the port allows; without a word of the port as many as a sibling has; alone, only a quarter is too few. */
function lanesDue({ name, link }: Gpu, all: readonly Gpu[], port: number | null | undefined): number | null {
  const { lanes, mostLanes } = link;
  if (lanes === null || mostLanes === null) return null;
  if (port !== null && port !== undefined) return Math.min(port, mostLanes);
  const siblings = all.filter((other) => other.name === name).map((other) => other.link.lanes ?? 0);
  const usual = Math.max(lanes, ...siblings);
  return usual === lanes && 4 * lanes <= mostLanes ? mostLanes : usual;
}

function replaying({ link }: Gpu, first: Before | null): string | null {
  const { replays, lanes, generation } = link;
  const had = first?.gpu.link.replays ?? null;
  if (first === null || replays === null || had === null || lanes === null) return null;
  const perMinute = (60_000 * (replays - had)) / first.ms;
  const allowed = (replaysAllowed[generation ?? 1] ?? 0) * lanes;
  return replays - had >= 2 && perMinute > allowed
    ? `sends ${Math.round(perMinute)} PCIe packets a minute again, up to ${Math.round(allowed)} are normal`
    : null;
}
