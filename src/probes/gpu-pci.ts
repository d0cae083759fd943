import { list, read, stat, type FileTrouble, type ReadFound, type StatFound } from '../core/command.ts';
import { askAll, defineProbe } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';

/** A GPU as the PCI bus shows it, whatever its driver says. */
export interface PciGpu {
  /** As the kernel writes it: `0000:ca:00.0`. */
  readonly address: string;
  readonly vendor: 'nvidia' | 'amd';
  /** What holds it: `nvidia`, `amdgpu`, `nouveau`, `vfio-pci`; null for nothing. */
  readonly driver: string | null;
  /** Its configuration reads all ones: it does not answer. Null where it sleeps or may not be read. */
  readonly dead: boolean | null;
  /** Lanes in use, and the most that the GPU and the port above it can; null where the bus does not say. */
  readonly lanes: number | null;
  readonly mostLanes: number | null;
}

export interface PciGpus {
  /** False where this node shows no PCI bus. */
  readonly visible: boolean;
  readonly gpus: readonly PciGpu[];
  /** NVSwitch chips: the GPUs of such a machine need its fabric manager. */
  readonly nvSwitches: number;
}

const folder = '/sys/bus/pci/devices';
const vendors: Readonly<Record<string, PciGpu['vendor']>> = { '10de': 'nvidia', '1002': 'amd' };
/** VGA, 3D and other display controllers, and processing accelerators (AMD Instinct). Source: PCI Code and ID Assignment. */
const gpuClasses = ['0300', '0302', '0380', '1200'];
const bridgeClass = '0680';
const mostCandidates = 256;

/** Two or three rounds of small files; the configuration of a GPU that sleeps is left alone, for reading it would wake it. */
export const gpuPci = defineProbe({
  name: 'gpu.pci',
  summary: 'The GPUs on the PCI bus, what holds each, and whether it answers',
  *steps() {
    const [table, bus] = yield* askAll([read('/proc/bus/pci/devices', { bytes: 524_288 }), list(folder)] as const);
    if (!bus.ok) return { visible: false, gpus: [], nvSwitches: 0 } satisfies PciGpus;
    const known = addressesIn(fileTextIfAny(table));
    const names = bus.entries.map(({ name }) => name.toLowerCase()).filter((name) => known?.(name) ?? true);
    const candidates = names.slice(0, mostCandidates);
    const first = yield* askAll(
      candidates.flatMap((name) => [
        read(`${folder}/${name}/uevent`, { bytes: 4096 }),
        read(`${folder}/${name}/power/runtime_status`, { bytes: 64 }),
        stat(`${folder}/${name}/physfn`),
      ]),
    );
    const devices = candidates.flatMap((address, index) => {
      const [event, power, parent] = first.slice(3 * index, 3 * index + 3);
      const device = deviceOf(address, textOf(event), textOf(power));
      // A virtual function is a part of a GPU that is there already.
      return device === null || parent?.ok === true ? [] : [device];
    });
    const gpus = devices
      .filter(({ kind }) => gpuClasses.includes(kind))
      .sort((a, b) => (a.address < b.address ? -1 : 1));
    const second = yield* askAll(
      gpus.flatMap(({ address, asleep }) => [
        read(`${folder}/${address}/current_link_width`, { bytes: 16 }),
        read(`${folder}/${address}/max_link_width`, { bytes: 16 }),
        // The port above it.
        read(`${folder}/${address}/../max_link_width`, { bytes: 16 }),
        ...(asleep ? [] : [read(`${folder}/${address}/config`, { bytes: 4 })]),
      ]),
    );
    let taken = 0;
    return {
      visible: true,
      gpus: gpus.map(({ address, vendor, driver, asleep }) => {
        const size = asleep ? 3 : 4;
        const [now, own, port, config] = second.slice(taken, taken + size);
        taken += size;
        const limits = [lanesOf(own), lanesOf(port)].filter((lanes) => lanes !== null);
        return {
          address,
          vendor,
          driver,
          dead: config?.ok === true && config.bytes.length > 0 ? config.bytes.every((byte) => byte === 0xff) : null,
          lanes: lanesOf(now),
          mostLanes: limits.length === 0 ? null : Math.min(...limits),
        };
      }),
      nvSwitches: devices.filter(({ kind, vendor }) => kind === bridgeClass && vendor === 'nvidia').length,
    } satisfies PciGpus;
  },
});

/** NVML writes the domain with eight digits, the kernel with four or more. */
export const pciAddress = (busId: string): string => busId.toLowerCase().replace(/^0000(?=[0-9a-f]{4}:)/, '');

/** Which addresses belong to a maker of GPUs; the table leaves out the domain. Undefined without a table. */
function addressesIn(table: string | undefined): ((name: string) => boolean) | undefined {
  if (table === undefined) return undefined;
  const found = new Set<string>();
  for (const [, bus = '', devfn = '', vendor = ''] of table.matchAll(/^([0-9a-f]{2})([0-9a-f]{2})\t([0-9a-f]{4})/gm)) {
    const place = Number.parseInt(devfn, 16);
    if (vendor in vendors) found.add(`${bus}:${(place >> 3).toString(16).padStart(2, '0')}.${place & 7}`);
  }
  return (name) => found.has(name.slice(name.indexOf(':') + 1));
}

function deviceOf(address: string, event: string, power: string) {
  const field = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(event)?.[1];
  const vendor = vendors[field('PCI_ID')?.slice(0, 4).toLowerCase() ?? ''];
  if (vendor === undefined) return null;
  const kind = field('PCI_CLASS')?.padStart(6, '0').slice(0, 4).toLowerCase() ?? '';
  return { address, vendor, kind, driver: field('DRIVER') ?? null, asleep: power.trim() === 'suspended' };
}

type FileReply = ReadFound | StatFound | FileTrouble | undefined;

const textOf = (reply: FileReply): string =>
  reply !== undefined && (!reply.ok || 'bytes' in reply) ? (fileTextIfAny(reply) ?? '') : '';

/** 0, 63 and 255 stand for an unknown width. */
function lanesOf(reply: FileReply): number | null {
  const lanes = Number(textOf(reply).trim() || 0);
  return Number.isInteger(lanes) && lanes > 0 && lanes < 63 ? lanes : null;
}
