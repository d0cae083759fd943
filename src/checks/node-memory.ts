import { defineCheck, need, theNode } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import { memory } from '../probes/memory.ts';

const mebibyte = 1024 ** 2;

/** Thresholds: gpud (100 MiB), convention (10 %). */
export const nodeMemory = defineCheck({
  name: 'node.memory',
  summary: 'Host memory is left for the services',
  layer: 'boot',
  subjects: theNode,
  needs: () => ({ memory: need(memory, {}) }),
  evaluate({ memory: { totalBytes, availableBytes } }, { thresholds }) {
    const percent = (100 * availableBytes) / totalBytes;
    const left = `${bytesText(availableBytes)} of ${bytesText(totalBytes)} memory available (${percent.toFixed(0)} %)`;
    if (availableBytes < thresholds.memoryCriticalMiB * mebibyte) {
      return { status: 'critical', summary: `${left}, below ${thresholds.memoryCriticalMiB} MiB.`, next: [lower] };
    }
    if (percent < thresholds.memoryDegradedPercent) {
      return { status: 'degraded', summary: `${left}, below ${thresholds.memoryDegradedPercent} %.`, next: [lower] };
    }
    return { status: 'ok', summary: `${left}.` };
  },
});

const lower = {
  say: 'See which process holds the memory; lower context, batch or parallel of the model servers before restarting anything.',
};
