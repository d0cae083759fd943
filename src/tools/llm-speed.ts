import { llmFinding, type At } from './llm-servers.ts';
import type { Finding } from '../core/report.ts';
import type { Place } from './llm-spill.ts';

/** The one in the middle of them; null of none. */
export function median(figures: readonly number[]): number | null {
  const sorted = figures.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** Below this part of its own speed it is slow, and below that one it computes on the CPU: there it takes 20 times as long. */
const [slow, onCpu] = [0.5, 0.2];

export const isFast = (speed: number, usual: number | null): boolean => usual === null || speed >= slow * usual;

const rounded = (value: number): string => (value >= 10 ? String(Math.round(value)) : value.toFixed(1));

/** A model that writes more slowly than it did. */
export function slowFinding(
  at: At,
  { model, speed, usual, place }: { model: string; speed: number; usual: number | null; place: Place | null },
): Finding | undefined {
  if (usual === null || isFast(speed, usual)) return undefined;
  const node = at.node.name;
  const isCpu = place === null ? speed < onCpu * usual : place.gpuBytes < place.bytes;
  const why = isCpu
    ? place === null
      ? ': that slow is a CPU'
      : ': it is on the CPU'
    : ': its GPU is busy, throttled or broken';
  return llmFinding(at, 'llm.speed', {
    status: speed < onCpu * usual ? 'critical' : 'degraded',
    summary: `${model} on ${node} writes at ${Math.max(1, Math.round((100 * speed) / usual))} % of its own speed, ${rounded(speed)} of ${rounded(usual)} tokens/s${why}`,
    next: [
      { say: 'See what the GPUs are at.', tool: 'gpu_status', args: { nodes: [node] } },
      { say: 'See what else the node suffers from.', tool: 'node_triage', args: { nodes: [node] } },
    ],
  });
}
