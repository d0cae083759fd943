import { bytesText } from '../core/format.ts';
import type { Finding } from '../core/report.ts';
import { llmFinding, type At } from './llm-servers.ts';

export interface Place {
  readonly bytes: number;
  readonly gpuBytes: number;
}

/** Where a loaded model lies, in a few words. */
export const placeText = ({ bytes, gpuBytes }: Place): string =>
  gpuBytes === 0 ? 'CPU' : gpuBytes >= bytes ? 'GPU' : `${Math.floor((100 * gpuBytes) / bytes)} % on GPU`;

/** A model that did not fit. Source: Ollama `/api/ps`; the layers that are not in GPU memory are computed by the CPU. */
export function spillFinding(
  at: At,
  model: string,
  { bytes, gpuBytes }: Place,
  evidence: readonly string[] = [],
): Finding | undefined {
  const { node, backend } = at;
  const { name, gpu } = backend.service;
  if (gpuBytes >= bytes) return undefined;
  if (gpuBytes > 0)
    return llmFinding(at, 'llm.spill', {
      status: 'degraded',
      summary: `${model} of ${name} on ${node.name} is slow: ${bytesText(bytes - gpuBytes)} of its ${bytesText(bytes)} did not fit into GPU memory`,
      next: [
        {
          say: 'Unload it, free GPU memory, and have it loaded again.',
          tool: 'model_unload',
          args: { node: node.name, service: name, model },
        },
      ],
      evidence,
    });
  if (!gpu) return undefined;
  return llmFinding(at, 'llm.spill', {
    status: 'critical',
    summary: `${model} of ${name} on ${node.name} runs on the CPU: none of its ${bytesText(bytes)} is in GPU memory`,
    next: [{ say: 'See what is wrong with the GPUs.', tool: 'gpu_status', args: { nodes: [node.name] } }],
    evidence,
  });
}
