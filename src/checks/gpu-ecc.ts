import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import type { GpuEcc } from '../probes/nvidia-smi-gpu.ts';
import { eachGpu } from './each-gpu.ts';
import { gpuNode } from './gpu-node.ts';

/** Sources: Azure's and gpud's node checks (512 remapped rows), DCGM (64 retired pages), NVIDIA's memory error guide. */
export const gpuEcc = defineCheck({
  name: 'gpu.ecc',
  summary: 'GPU memory has no errors that correction could not mend',
  layer: 'gpu',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate: ({ devices }, node) =>
    eachGpu(devices, node, ({ ecc, faults }, called) => {
      const trouble = troubles(ecc)[0];
      if (trouble !== undefined) {
        const { status, says, say } = trouble;
        return { status, summary: `${called} ${says}.`, restartHelps: 'no', next: [{ say }] };
      }
      const counted = [ecc.volatileUncorrected, ecc.remappedUncorrected, ecc.retiredPages].some(
        (value) => value !== null,
      );
      if (counted) return { status: 'ok', summary: `${called} has no uncorrected memory errors.` };
      return faults.length > 0
        ? { status: 'unknown', summary: `${called} is too broken to tell its memory errors.` }
        : { status: 'not_applicable', summary: `${called} counts no memory errors: it has no ECC, or it is off.` };
    }),
});

interface Trouble {
  readonly status: Verdict['status'];
  readonly says: string;
  readonly say: string;
}

const replace = 'Keep the output for the vendor: the GPU is to be replaced.';
const reset = 'Drain the GPU and reset it at a quiet time: the repair takes effect then.';

/** Worst first. */
function troubles({ volatileUncorrected, aggregateUncorrected, remappedUncorrected, retiredPages, flags }: GpuEcc) {
  const fresh = volatileUncorrected ?? 0;
  const ever = aggregateUncorrected ?? 0;
  const rows = remappedUncorrected ?? 0;
  const pages = retiredPages ?? 0;
  const flagged = (flag: string) => flags.includes(flag);
  const rules: readonly (Trouble & { readonly when: boolean })[] = [
    {
      when: flagged('remapped_row_failure'),
      status: 'critical',
      says: 'could not remap a failed memory row',
      say: replace,
    },
    {
      when: flagged('unrepairable_memory'),
      status: 'critical',
      says: 'has memory that can not be repaired',
      say: replace,
    },
    { when: rows > 512, status: 'critical', says: `has remapped ${rows} memory rows, more than 512`, say: replace },
    { when: pages >= 64, status: 'critical', says: `has retired ${pages} memory pages, its limit is 64`, say: replace },
    {
      when: flagged('sram_threshold_exceeded'),
      status: 'critical',
      says: 'has had more SRAM errors than its maker allows',
      say: replace,
    },
    {
      when: fresh > 0,
      status: 'critical',
      says: `has ${count(fresh, 'uncorrected memory error')} since the driver was loaded`,
      say: 'Results computed on it may be wrong: drain it, then reset it; look for Xid 48, 63, 64, 94 and 95.',
    },
    {
      when: flagged('remapped_row_pending'),
      status: 'critical',
      says: 'waits for a reset to remap a failed memory row',
      say: reset,
    },
    {
      when: flagged('channel_repair_pending') || flagged('tpc_repair_pending'),
      status: 'degraded',
      says: 'waits for a reset to finish a repair',
      say: reset,
    },
    {
      when: flagged('pending_retirement') || flagged('pending_blacklist'),
      status: 'degraded',
      says: 'waits for a reboot to retire a failed memory page',
      say: 'Reboot the node at a quiet time.',
    },
    {
      when: rows > 0,
      status: 'degraded',
      says: `has remapped ${count(rows, 'memory row')} after uncorrected errors`,
      say: 'It goes on with spare rows: watch whether the number grows.',
    },
    {
      when: ever > 0,
      status: 'degraded',
      says: `has had ${count(ever, 'uncorrected memory error')} in its life, none since the driver was loaded`,
      say: 'Watch whether the number grows.',
    },
  ];
  return rules.filter(({ when }) => when);
}
