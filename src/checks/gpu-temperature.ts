import { defineCheck, need, type Verdict } from '../core/check.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import type { GpuTemperature } from '../probes/nvidia-smi-gpu.ts';
import { eachGpu } from './each-gpu.ts';
import { gpuNode } from './gpu-node.ts';

const nearDegrees = 5;
const hotWithoutLimit = 85;

/** Limits are the GPU's own; where it names none, 85 °C (the alert of nvidia_gpu_exporter). */
export const gpuTemperature = defineCheck({
  name: 'gpu.temperature',
  summary: 'No GPU is so hot that it slows down',
  layer: 'gpu',
  rule: 'Critical at the limit from which the GPU or its memory slows down, degraded within 5 °C of it; without a limit of its own degraded above 85 °C (nvidia_gpu_exporter); unknown when no temperature is told.',
  unseen: 'Heat that comes and goes with the load: it is one look.',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate: ({ devices }) =>
    eachGpu(devices, ({ temperature }, called) => {
      const { status, says } = judge(temperature);
      const summary = `${called} ${says}.`;
      return status === 'ok' || status === 'unknown' ? { status, summary } : { status, summary, next: [cool] };
    }),
});

const cool = { say: 'Check fans and air flow; until then run fewer jobs at once on it.' };

interface Judged {
  readonly status: Verdict['status'];
  readonly says: string;
}

/** The memory of a data center GPU has a limit of its own, and can be hotter than the rest. */
function judge(temperature: GpuTemperature): Judged {
  const { memoryCelsius, memoryMaxAt } = temperature;
  const core = judgeCore(temperature);
  if (memoryCelsius === null || memoryMaxAt === null || core.status === 'critical') return core;
  const status = statusOf(memoryMaxAt - memoryCelsius);
  return status === 'ok' || status === core.status
    ? core
    : { status, says: `has memory at ${memoryCelsius} °C, its limit is ${memoryMaxAt} °C` };
}

function judgeCore({ celsius, slowAt, maxAt, margin, slowMargin }: GpuTemperature): Judged {
  const at = celsius === null ? 'does not tell its temperature' : `is at ${celsius} °C`;
  if (margin !== null) {
    const left = margin - (slowMargin ?? 0);
    const says = `${at}, ${left > 0 ? `${left} °C below` : `${-left} °C past`} the point where it slows down`;
    return { status: statusOf(left), says };
  }
  if (celsius === null) return { status: 'unknown', says: at };
  const limits = [slowAt, maxAt].filter((limit) => limit !== null);
  if (limits.length > 0) {
    const limit = Math.min(...limits);
    return { status: statusOf(limit - celsius), says: `${at}, it slows down at ${limit} °C` };
  }
  const hot = celsius > hotWithoutLimit;
  return {
    status: hot ? 'degraded' : 'ok',
    says: `${at}${hot ? `, above ${hotWithoutLimit} °C,` : ''} and names no limit of its own`,
  };
}

const statusOf = (degreesLeft: number) =>
  degreesLeft <= 0 ? 'critical' : degreesLeft <= nearDegrees ? 'degraded' : 'ok';
