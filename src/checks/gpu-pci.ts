import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { gpuDriver } from '../probes/gpu-driver.ts';
import { gpuPci as gpuPciProbe, type PciGpu } from '../probes/gpu-pci.ts';
import { gpuNode } from './gpu-node.ts';

/** Drivers that hold a GPU for someone else: a virtual machine, another domain. */
const elsewhere = ['vfio-pci', 'nvgrace_gpu_vfio_pci', 'nvidia-vgpu-vfio', 'pci-stub', 'pciback', 'xen-pciback'];
const ownDriver: Readonly<Record<PciGpu['vendor'], string>> = { nvidia: 'nvidia', amd: 'amdgpu' };
const maker: Readonly<Record<PciGpu['vendor'], string>> = { nvidia: 'NVIDIA', amd: 'AMD' };

/** Holds without any program of the driver, which may hang. Source: public runbooks of GPUs lost from the bus. */
export const gpuPci = defineCheck({
  name: 'gpu.pci',
  summary: 'Each GPU on the PCI bus answers and is held by its driver',
  layer: 'gpu',
  rule: 'Critical when a GPU reads as all ones, when there are fewer than declared, or when a wanted one has no driver or the wrong one; degraded when it was handed to a virtual machine, or when none is declared and no driver is there.',
  unseen: 'GPUs that sleep, which reading would wake, and machines that show no PCI bus.',
  subjects: gpuNode,
  needs: () => ({ pci: need(gpuPciProbe, {}), driver: need(gpuDriver, {}) }),
  evaluate({ pci, driver }, node): readonly Verdict[] {
    if (!pci.visible) return [{ status: 'not_applicable', summary: 'This node shows no PCI bus.' }];
    const gpus = gpusOf(pci.gpus);
    const hasDriver = driver.kernelVersion !== null || driver.program !== null;
    if (gpus.length === 0) return [noneThere(node, hasDriver)];
    if (node.gpus === 'auto' && gpus.every(isConsole))
      return [{ status: 'not_applicable', summary: 'Only the graphics of a console are on the PCI bus.' }];
    const dead = gpus.filter((gpu) => gpu.dead === true);
    const loose = gpus.filter((gpu) => gpu.dead !== true && !isUsable(gpu) && !isElsewhere(gpu));
    const wanted = node.gpus === 'auto' ? gpus.length : node.gpus;
    const usable = gpus.filter(isUsable).length;
    // A card that no one asked for may stay without a driver.
    const missed = usable < wanted ? loose.map((gpu) => looseGpu(gpu, node.gpus !== 'auto' || hasDriver)) : [];
    return [...counted(gpus, usable, dead.length + missed.length > 0, node), ...dead.map(deadGpu), ...missed];
  },
});

/** Beside NVIDIA cards the graphics of an AMD processor is no GPU to work with. */
export function gpusOf(gpus: readonly PciGpu[]): readonly PciGpu[] {
  const nvidia = gpus.filter(({ vendor }) => vendor === 'nvidia');
  return nvidia.length > 0 ? nvidia : gpus;
}

/** Chips of AMD that only draw a console, in servers and processors, have no driver or an old one. */
const isConsole = ({ vendor, driver }: PciGpu): boolean => vendor === 'amd' && driver !== 'amdgpu';
const isUsable = ({ vendor, driver, dead }: PciGpu): boolean => driver === ownDriver[vendor] && dead !== true;
export const isElsewhere = ({ driver }: PciGpu): boolean => elsewhere.includes(driver ?? '');

function noneThere({ gpus: declared }: Node, hasDriver: boolean): Verdict {
  if (declared === 'auto' || hasDriver)
    return {
      status: 'not_applicable',
      summary: hasDriver
        ? 'No GPU is on the PCI bus; the driver reaches one in another way.'
        : 'No GPU is on the PCI bus.',
    };
  return {
    status: 'critical',
    summary: `No GPU is on the PCI bus, ${declared} declared.`,
    restartHelps: 'no',
    next: [{ say: 'A virtual machine: see whether the GPU is attached to it. A real one: cut its power, then look.' }],
  };
}

/** Nothing where each GPU that is missing has a finding of its own. */
function counted(
  gpus: readonly PciGpu[],
  usable: number,
  isExplained: boolean,
  { gpus: declared }: Node,
): readonly Verdict[] {
  const given = gpus.filter(isElsewhere).length;
  const away = given === 0 ? '' : `; ${given} handed to a virtual machine`;
  const shown = `${count(gpus.length, 'GPU')} on the PCI bus, ${usable} held by the driver${away}`;
  const wanted = declared === 'auto' ? 0 : declared;
  if (gpus.length < wanted)
    return [
      {
        status: 'critical',
        summary: `${shown}: fewer than the ${wanted} declared.`,
        restartHelps: 'no',
        next: [
          {
            say: 'Drain the node and cut its power for 30 s: a GPU that left the bus often stays away in a warm reboot.',
          },
        ],
      },
    ];
  if (usable < wanted && usable + given >= wanted)
    return [
      {
        status: 'degraded',
        summary: `${shown}: fewer than the ${wanted} declared.`,
        next: [{ say: 'Take it back from vfio-pci, or correct `gpus`.' }],
      },
    ];
  return isExplained ? [] : [{ status: 'ok', summary: `${shown}.` }];
}

const deadGpu = ({ address }: PciGpu): Verdict => ({
  status: 'critical',
  summary: `The GPU at ${address} has fallen off the PCI bus: its configuration reads all ones.`,
  subject: `pci:${address}`,
  signature: 'NV-LOST',
  restartHelps: 'no',
  next: [
    {
      say: 'Run nvidia-smi no more, each call may hang; drain the node and cut its power for 30 s. Dead neighbours point to power or a riser.',
    },
  ],
});

const looseGpu = ({ address, vendor, driver }: PciGpu, isWanted: boolean): Verdict => ({
  status: isWanted ? 'critical' : 'degraded',
  summary: `The ${maker[vendor]} GPU at ${address} is on the PCI bus, but ${driver === null ? 'no driver holds it' : `${driver} holds it instead of ${ownDriver[vendor]}`}.`,
  subject: `pci:${address}`,
  restartHelps: 'no',
  next: [
    {
      say: `Read the kernel log for NVRM, nouveau or amdgpu at this address, and \`dkms status\`; declare \`gpus: 0\` if it is not to be used.`,
    },
  ],
});
