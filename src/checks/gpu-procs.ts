import { defineCheck, need, type Need, type Verdict } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import { gpuDevices, type GpuDevices } from '../probes/gpu-devices.ts';
import { gpuHolders, type GpuHolder } from '../probes/gpu-holders.ts';
import { identity, type Identity } from '../probes/identity.ts';
import type { Gpu } from '../probes/nvidia-smi-gpu.ts';
import { processes, type Processes } from '../probes/processes.ts';
import { eachGpu } from './each-gpu.ts';
import { gpuNode } from './gpu-node.ts';
import { managerOf } from './managed.ts';
import { heldText, holderText, ownedHolders, statesNeeded, type OwnedHolder } from './gpu-owners.ts';

const mebibyte = 1024 ** 2;
/** Less than this is a context without a model. Source: GCM, gpu_mem_usage. */
const idleBytes = 15 * mebibyte;
const mostNamed = 4;

type ProcsNeeds = ReturnType<typeof statesNeeded> & {
  readonly devices: Need<GpuDevices>;
  readonly holders: Need<readonly GpuHolder[]>;
  readonly processes: Need<Processes>;
  readonly identity: Need<Identity>;
};

/** What a GPU's memory is held by, and who of it is in the way of a declared service. */
interface Held {
  readonly gpu: Gpu;
  readonly holders: readonly OwnedHolder[];
  /** Services that must hold a GPU and hold memory on none. */
  readonly lacking: readonly string[];
  /** Managers of GPU services that do not answer: their services can't be told from strangers. */
  readonly silent: readonly string[];
  readonly inContainer: boolean;
  /** Some /proc show a user only what is their own (hidepid). */
  readonly seesAll: boolean;
}

export const gpuProcs = defineCheck({
  name: 'gpu.procs',
  summary: 'No stranger and no leak holds the GPU memory that a declared service lacks',
  layer: 'gpu',
  rule: 'Memory of an ended process, or over `gpuHiddenMiB` that no process accounts for, is degraded, and critical while a GPU service holds none. A stranger is degraded while a service holds none or less than `gpuMemoryDegradedPercent` is free; unknown when a manager is silent.',
  unseen:
    'In a container, whose memory it is; on split GPUs and unified memory, what no process accounts for; and services on the wrong GPU.',
  subjects: gpuNode,
  needs: (_, node): ProcsNeeds => ({
    devices: need(gpuDevices, { become: node.become }),
    holders: need(gpuHolders, { become: node.become }),
    processes: need(processes, {}),
    identity: need(identity, {}),
    ...statesNeeded(node),
  }),
  evaluate(facts, _, node): readonly Verdict[] {
    const {
      devices,
      holders,
      processes: { list },
      identity: { container },
    } = facts;
    const owned = ownedHolders(holders, list, facts, node);
    const holding = new Set(owned.map(({ owner }) => (owner.kind === 'service' ? owner.name : '')));
    const gpuServices = node.services.filter(({ gpu, manager }) => gpu && manager !== 'none');
    const isSilent = (service: Service) => facts[`states of ${managerOf(service, node).id}`]?.reachable !== true;
    const lacking = gpuServices.filter((service) => !isSilent(service) && !holding.has(service.name));
    const silent = [...new Set(gpuServices.filter(isSilent).map(({ manager }) => manager))];
    const seesAll = list.some(({ pid }) => pid === 1);
    return eachGpu(devices, (gpu, called) => {
      const own = owned.filter((holder) => holder.gpu === gpu.index);
      const held = {
        gpu,
        holders: own,
        lacking: lacking.map(({ name }) => name),
        silent,
        inContainer: container !== null,
        seesAll,
      };
      return gone(held, called) ?? hidden(held, called, node) ?? stranger(held, called, node) ?? fine(held, called);
    });
  },
});

const largestFirst = (holders: readonly OwnedHolder[]) =>
  holders.toSorted((a, b) => (b.usedBytes ?? 0) - (a.usedBytes ?? 0));
const named = (holders: readonly OwnedHolder[]): string => {
  const rest = holders.length - mostNamed;
  return `${largestFirst(holders).slice(0, mostNamed).map(holderText).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
};
const wanting = ({ lacking }: Held): string => (lacking.length === 0 ? '' : `, while ${lacking.join(', ')} holds none`);
const much = ({ usedBytes }: OwnedHolder): boolean => usedBytes === null || usedBytes >= idleBytes;

/** Memory of a process that has ended: the driver has not given it back. In a container nvidia-smi names pids of the host. */
function gone(held: Held, called: string): Verdict | undefined {
  const dead =
    held.inContainer || !held.seesAll ? [] : held.holders.filter((holder) => !holder.isThere && much(holder));
  if (dead.length === 0) return undefined;
  return {
    status: held.lacking.length > 0 ? 'critical' : 'degraded',
    summary: `${called}: memory is held for a process that has ended: ${named(dead)}${wanting(held)}.`,
    restartHelps: 'no',
    next: [
      {
        say: 'A child of it may still have the device open (fuser -v /dev/nvidia*, as root): end that one. If there is none, only a reset of the GPU gives the memory back.',
      },
    ],
  };
}

/** Memory that no process accounts for. Old drivers count what they keep for themselves as used. */
function hidden(held: Held, called: string, { thresholds }: Node): Verdict | undefined {
  const { gpu, holders, inContainer } = held;
  if (gpu.memory === null || gpu.mig !== null || gpu.unifiedMemory || inContainer) return undefined;
  if (holders.some(({ usedBytes }) => usedBytes === null)) return undefined;
  const known = holders.reduce((sum, { usedBytes }) => sum + (usedBytes ?? 0), 0);
  const unknown = gpu.memory.usedBytes - known;
  const limit = thresholds.gpuHiddenMiB * mebibyte;
  if (unknown <= limit) return undefined;
  return {
    status: held.lacking.length > 0 ? 'critical' : 'degraded',
    summary: `${called}: ${bytesText(unknown)} are held by no process that nvidia-smi shows (over ${bytesText(limit)})${wanting(held)}.`,
    restartHelps: 'no',
    next: [
      {
        say: 'See who has the device open (fuser -v /dev/nvidia*, as root), in containers too; a process that hangs in the kernel keeps its memory until the GPU is reset.',
      },
    ],
  };
}

/** Somebody else on the GPU is trouble only where a declared service lacks memory. */
function stranger(held: Held, called: string, { thresholds, services }: Node): Verdict | undefined {
  const { gpu, holders, lacking, silent, inContainer } = held;
  const strangers = holders.filter((holder) => holder.owner.kind !== 'service' && much(holder));
  if (!inContainer && silent.length > 0 && strangers.length > 0) {
    return {
      status: 'unknown',
      summary: `${called}: whose memory it is (${strangers.map(heldText).join(', ')}) is not known, because ${silent.join(', ')} does not answer.`,
    };
  }
  const free = gpu.memory === null ? 100 : (100 * gpu.memory.freeBytes) / gpu.memory.totalBytes;
  const isShort = lacking.length > 0 || free < thresholds.gpuMemoryDegradedPercent;
  if (inContainer || strangers.length === 0 || !isShort || !services.some((service) => service.gpu)) return undefined;
  const left = free < thresholds.gpuMemoryDegradedPercent ? `, and ${free.toFixed(1)} % are free` : '';
  return {
    status: 'degraded',
    summary: `${called}: held by others than the declared services: ${named(strangers)}${left}${wanting(held)}.`,
    restartHelps: 'after-fix',
    next: [{ say: 'Find out whose it is; end it, or give it another GPU, before the service is started again.' }],
  };
}

function fine({ holders, inContainer }: Held, called: string): Verdict {
  if (holders.length > 0) return { status: 'ok', summary: `${called}: held are ${named(holders)}.` };
  const but = inContainer ? ', as far as this container is shown' : '';
  return { status: 'ok', summary: `${called}: no process holds memory${but}.` };
}
