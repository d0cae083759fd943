import { defineCheck, need } from '../core/check.ts';
import { bytesText } from '../core/format.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import type { GpuMemory } from '../probes/nvidia-smi-gpu.ts';
import { eachGpu } from './each-gpu.ts';
import { gpuNode } from './gpu-node.ts';

/** Threshold: a model server fills most of the memory on purpose; what is left has to do for the next context. */
export const gpuMemory = defineCheck({
  name: 'gpu.memory',
  summary: 'Each GPU has memory left',
  layer: 'gpu',
  rule: 'Degraded below `gpuMemoryDegradedPercent` free, on the fullest instance where a GPU is split; unknown when it does not tell. Never critical: model servers fill memory on purpose.',
  unseen: 'How much the next model or context needs, and whether what is free is in one piece.',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate({ devices }, node) {
    const { gpuMemoryDegradedPercent: degradedPercent } = node.thresholds;
    return eachGpu(devices, ({ unifiedMemory, memory, mig, processes }, called) => {
      if (unifiedMemory)
        return {
          status: 'not_applicable',
          summary: `${called} uses the memory of the node, which node.memory judges.`,
        };
      const parts = mig?.length ? mig.map((instance) => instance.memory) : [memory];
      const fullest = parts.reduce(
        (a, b) => (a === null || b === null ? null : freePercent(a) <= freePercent(b) ? a : b),
        parts[0] ?? null,
      );
      if (fullest === null) return { status: 'unknown', summary: `${called} does not say how much memory is free.` };
      const free = freePercent(fullest);
      const part = mig?.length ? 'on its fullest instance ' : '';
      const left = `${called}: ${bytesText(fullest.freeBytes)} of ${bytesText(fullest.totalBytes)} free ${part}(${free.toFixed(1)} %)`;
      if (free >= degradedPercent) return { status: 'ok', summary: `${left}.` };
      const largest = [...processes].sort((a, b) => (b.usedBytes ?? 0) - (a.usedBytes ?? 0))[0];
      const holder =
        largest?.usedBytes == null
          ? ''
          : `; most is held by ${largest.name ?? 'a process'} (pid ${largest.pid ?? 'unknown'}, ${bytesText(largest.usedBytes)})`;
      return {
        status: 'degraded',
        summary: `${left}, below ${degradedPercent} %${holder}.`,
        next: [
          {
            say: 'Before more is loaded, lower batch, parallel or context of the model servers; offload fewer layers last.',
          },
        ],
      };
    });
  },
});

const freePercent = ({ freeBytes, totalBytes }: GpuMemory): number => (100 * freeBytes) / totalBytes;
