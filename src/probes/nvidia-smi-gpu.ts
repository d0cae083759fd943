import type { NvidiaSmiElement } from './nvidia-smi-element.ts';
import { fabricOf, linkOf, throttleOf, type GpuFabric, type GpuLink, type GpuThrottle } from './nvidia-smi-state.ts';

export interface GpuMemory {
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly freeBytes: number;
}

/** One GPU as the driver reports it. Null is what this GPU, driver or user does not get to know. */
export interface Gpu {
  /** As nvidia-smi counts; a GPU that it names as lost keeps its number. */
  readonly index: number;
  readonly busId: string | null;
  readonly uuid: string | null;
  readonly name: string | null;
  /** It has no memory of its own but uses the host's. Told by the name: a lost GPU reports no memory either. */
  readonly unifiedMemory: boolean;
  readonly memory: GpuMemory | null;
  readonly utilizationPercent: number | null;
  readonly temperature: GpuTemperature;
  readonly powerWatts: number | null;
  readonly powerLimitWatts: number | null;
  /** The limit that it comes with. */
  readonly powerDefaultWatts: number | null;
  /** `P0` is the fastest, `P8` and above idle. */
  readonly performance: string | null;
  readonly throttle: GpuThrottle;
  readonly link: GpuLink;
  readonly fabric: GpuFabric | null;
  /** Whether the driver stays loaded into the GPU while no program uses it. */
  readonly persistence: boolean | null;
  /** The driver's own words: `None`, `Reset`, `Reboot`, `Drain P2P`, `Drain and Reset`. */
  readonly recovery: string | null;
  readonly ecc: GpuEcc;
  /** Instances while the GPU is split (MIG); null while it is not. */
  readonly mig: readonly { readonly instance: number | null; readonly memory: GpuMemory | null }[] | null;
  /** Whether it will be split after its next reset; null where it can't be. */
  readonly migPending: boolean | null;
  readonly processes: readonly GpuProcess[];
  readonly faults: readonly string[];
}

/** Celsius. `margin` counts down: at `slowMargin` the clocks are lowered. */
export interface GpuTemperature {
  readonly celsius: number | null;
  readonly slowAt: number | null;
  readonly maxAt: number | null;
  readonly margin: number | null;
  readonly slowMargin: number | null;
  readonly memoryCelsius: number | null;
  readonly memoryMaxAt: number | null;
}

/** Errors that memory correction could not mend, since the driver was loaded (`volatile`) and ever, and repairs by it. */
export interface GpuEcc {
  readonly volatileUncorrected: number | null;
  readonly aggregateUncorrected: number | null;
  readonly remappedUncorrected: number | null;
  /** Banks of memory that have no spare row left. */
  readonly exhaustedBanks: number | null;
  readonly retiredPages: number | null;
  /** What the driver raises or not, by its tag names (`remapped_row_pending`, ...); one that it does not know is left out. */
  readonly flags: Readonly<Partial<Record<EccFlag, boolean>>>;
}

interface GpuProcess {
  readonly pid: number | null;
  readonly name: string | null;
  readonly usedBytes: number | null;
}

export function nvidiaSmiGpu(gpu: NvidiaSmiElement, index: number): Gpu {
  const name = gpu.text('product_name');
  return {
    index,
    busId: gpu.text('@id', 'pci/pci_bus_id')?.toLowerCase() ?? null,
    uuid: gpu.text('uuid'),
    name,
    unifiedMemory: /\b(?:GB10|Thor|Jetson|Orin|Xavier|Tegra)\b/i.test(name ?? ''),
    memory: memoryOf(gpu),
    utilizationPercent: gpu.number('utilization/gpu_util'),
    temperature: {
      celsius: gpu.number('temperature/gpu_temp'),
      slowAt: gpu.number('temperature/gpu_temp_slow_threshold'),
      maxAt: gpu.number('temperature/gpu_temp_max_threshold'),
      margin: gpu.number('temperature/gpu_temp_tlimit'),
      slowMargin: gpu.number('temperature/gpu_temp_slow_tlimit_threshold'),
      memoryCelsius: gpu.number('temperature/memory_temp'),
      memoryMaxAt: gpu.number('temperature/gpu_temp_max_mem_threshold'),
    },
    powerWatts: gpu.number(
      ...powerTags('instant_power_draw'),
      ...powerTags('average_power_draw'),
      ...powerTags('power_draw'),
    ),
    powerLimitWatts: gpu.number(...powerTags('current_power_limit'), ...powerTags('power_limit')),
    powerDefaultWatts: gpu.number(...powerTags('default_power_limit')),
    performance: gpu.text('performance_state'),
    throttle: throttleOf(gpu),
    link: linkOf(gpu),
    fabric: fabricOf(gpu),
    persistence: enabled(gpu.text('persistence_mode')),
    recovery: recoveryOf(gpu),
    ecc: eccOf(gpu),
    mig:
      gpu.text('mig_mode/current_mig') === 'Enabled'
        ? gpu.elements('mig_devices/mig_device').map((instance) => ({
            instance: instance.number('gpu_instance_id'),
            memory: memoryOf(instance),
          }))
        : null,
    migPending: enabled(gpu.text('mig_mode/pending_mig')),
    processes: gpu.elements('processes/process_info').map((process) => ({
      pid: process.number('pid'),
      name: process.text('process_name'),
      usedBytes: process.bytes('used_memory'),
    })),
    faults: gpu.faults(),
  };
}

const enabled = (mode: string | null): boolean | null =>
  mode === 'Enabled' ? true : mode === 'Disabled' ? false : null;

// Since driver 535 under the first name.
const powerTags = (tag: string) => [`gpu_power_readings/${tag}`, `power_readings/${tag}`];

function memoryOf(part: NvidiaSmiElement): GpuMemory | null {
  const [totalBytes, usedBytes, freeBytes] = ['total', 'used', 'free'].map((tag) =>
    part.bytes(`fb_memory_usage/${tag}`),
  );
  if (totalBytes == null || usedBytes == null || freeBytes == null || totalBytes === 0) return null;
  return { totalBytes, usedBytes, freeBytes };
}

/** Drivers before 570 say it with two flags. */
function recoveryOf(gpu: NvidiaSmiElement): string | null {
  const action = gpu.text('gpu_recovery_action');
  if (action !== null) return action;
  if (gpu.text('gpu_reset_status/drain_and_reset_recommended') === 'Yes') return 'Drain and Reset';
  const reset = gpu.text('gpu_reset_status/reset_required');
  return reset === 'Yes' ? 'Reset' : reset === 'No' ? 'None' : null;
}

/** Where each flag stands. */
const flagTags = {
  remapped_row_pending: 'remapped_rows',
  remapped_row_failure: 'remapped_rows',
  pending_retirement: 'retired_pages',
  pending_blacklist: 'retired_pages',
  sram_threshold_exceeded: 'ecc_errors/aggregate',
  channel_repair_pending: 'ecc_errors',
  tpc_repair_pending: 'ecc_errors',
  unrepairable_memory: 'ecc_errors',
} as const;
export type EccFlag = keyof typeof flagTags;

function eccOf(gpu: NvidiaSmiElement): GpuEcc {
  const sum = (...paths: readonly string[]): number | null => {
    const known = paths.map((path) => gpu.number(path)).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((all, value) => all + value);
  };
  const uncorrected = (span: string) =>
    sum(
      ...[
        'sram_uncorrectable',
        'sram_uncorrectable_parity',
        'sram_uncorrectable_secded',
        'dram_uncorrectable',
        'double_bit/total',
      ].map((tag) => `ecc_errors/${span}/${tag}`),
    );
  // While a GPU is split its instances count, and the whole says N/A.
  const inParts = gpu
    .elements('mig_devices/mig_device')
    .map((instance) => instance.number('ecc_error_count/volatile_count/sram_uncorrectable'))
    .filter((value) => value !== null);
  return {
    volatileUncorrected:
      uncorrected('volatile') ?? (inParts.length === 0 ? null : inParts.reduce((all, value) => all + value)),
    aggregateUncorrected: uncorrected('aggregate'),
    remappedUncorrected: gpu.number('remapped_rows/remapped_row_unc'),
    exhaustedBanks: gpu.number('remapped_rows/row_remapper_histogram/row_remapper_histogram_none'),
    retiredPages: sum(
      'retired_pages/multiple_single_bit_retirement/retired_count',
      'retired_pages/double_bit_retirement/retired_count',
    ),
    flags: Object.fromEntries(
      Object.entries(flagTags).flatMap(([flag, folder]) => {
        const said = gpu.text(`${folder}/${flag}`);
        return said === 'Yes' || said === 'No' ? [[flag, said === 'Yes']] : [];
      }),
    ),
  };
}
