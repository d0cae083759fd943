import type { Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { EccFlag, GpuEcc } from '../probes/nvidia-smi-gpu.ts';

/** A fault of GPU memory, the check that reports it, and the one thing to do. */
export interface MemoryFault {
  readonly check: 'gpu.ecc' | 'gpu.sram' | 'gpu.remap' | 'gpu.retired' | 'gpu.repair';
  readonly status: Extract<Verdict['status'], 'degraded' | 'critical'>;
  /** The words that follow the GPU's name; null where it has no such fault. */
  says(ecc: GpuEcc): string | null;
  readonly advice: string;
}

const replace = 'Keep the output of nvidia-smi -q for the vendor: the GPU is to be replaced.';
const reset = 'Drain the GPU and reset it at a quiet time: the repair takes effect then.';

const flagged =
  (words: string, ...flags: readonly EccFlag[]) =>
  (ecc: GpuEcc): string | null =>
    flags.some((flag) => ecc.flags[flag] === true) ? words : null;

const above =
  (key: Exclude<keyof GpuEcc, 'flags'>, limit: number, words: (value: number) => string) =>
  (ecc: GpuEcc): string | null => {
    const value = ecc[key] ?? 0;
    return value > limit ? words(value) : null;
  };

/**
 * Of each check the worst first. Vendor facts, no opinions.
 *
 * Sources: NVIDIA's GPU memory error management and dynamic page retirement guides, DCGM (64 pages, SRAM threshold),
 * Azure's and gpud's node checks (512 rows), NVML's ECC fields since driver 580.
 */
export const memoryFaults: readonly MemoryFault[] = [
  {
    check: 'gpu.ecc',
    status: 'critical',
    says: above(
      'volatileUncorrected',
      0,
      (n) => `has ${count(n, 'uncorrected memory error')} since the driver was loaded`,
    ),
    advice: 'Results computed on it may be wrong: drain it, then reset it; look for Xid 48, 63, 64, 94 and 95.',
  },
  {
    check: 'gpu.ecc',
    status: 'degraded',
    says: above(
      'aggregateUncorrected',
      0,
      (n) => `has had ${count(n, 'uncorrected memory error')} in its life, none since the driver was loaded`,
    ),
    advice: 'Watch whether the number grows.',
  },
  {
    check: 'gpu.sram',
    status: 'critical',
    says: flagged('has had more SRAM errors than its maker allows', 'sram_threshold_exceeded'),
    advice: replace,
  },
  {
    check: 'gpu.remap',
    status: 'critical',
    says: flagged('could not remap a failed memory row', 'remapped_row_failure'),
    advice: replace,
  },
  {
    check: 'gpu.remap',
    status: 'critical',
    says: above('remappedUncorrected', 512, (n) => `has remapped ${n} memory rows, more than 512`),
    advice: replace,
  },
  {
    check: 'gpu.remap',
    status: 'critical',
    says: flagged('waits for a reset to remap a failed memory row', 'remapped_row_pending'),
    advice: reset,
  },
  {
    check: 'gpu.remap',
    status: 'degraded',
    says: above(
      'exhaustedBanks',
      0,
      (n) => `has ${count(n, 'memory bank')} without a spare row left: the next failed row there can not be remapped`,
    ),
    advice: 'Plan its replacement, and keep work that can not be repeated off it.',
  },
  {
    check: 'gpu.remap',
    status: 'degraded',
    says: above('remappedUncorrected', 0, (n) => `has remapped ${count(n, 'memory row')} after uncorrected errors`),
    advice: 'It goes on with spare rows: watch whether the number grows.',
  },
  {
    check: 'gpu.retired',
    status: 'critical',
    says: above('retiredPages', 63, (n) => `has retired ${n} memory pages, its limit is 64`),
    advice: replace,
  },
  {
    check: 'gpu.retired',
    status: 'degraded',
    says: flagged('waits for a reboot to retire a failed memory page', 'pending_retirement', 'pending_blacklist'),
    advice: 'Reboot the node at a quiet time.',
  },
  {
    check: 'gpu.retired',
    status: 'degraded',
    says: above('retiredPages', 60, (n) => `has retired ${n} memory pages, close to its limit of 64`),
    advice: 'Plan its replacement.',
  },
  {
    check: 'gpu.repair',
    status: 'critical',
    says: flagged('has memory that can not be repaired', 'unrepairable_memory'),
    advice: replace,
  },
  {
    check: 'gpu.repair',
    status: 'degraded',
    says: flagged('waits for a reset to finish a repair of its memory', 'channel_repair_pending'),
    advice: reset,
  },
  {
    check: 'gpu.repair',
    status: 'degraded',
    says: flagged('waits for a reset to finish a repair of its processors', 'tpc_repair_pending'),
    advice: reset,
  },
];

/** The worst fault of one kind that a GPU has. */
export function memoryFault(check: MemoryFault['check'], ecc: GpuEcc, called: string): Omit<Verdict, 'subject'> | null {
  for (const fault of memoryFaults.filter((each) => each.check === check)) {
    const says = fault.says(ecc);
    if (says !== null)
      return {
        status: fault.status,
        summary: `${called} ${says}.`,
        restartHelps: 'no',
        next: [{ say: fault.advice }],
      };
  }
  return null;
}
