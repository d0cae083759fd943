import type { Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { GpuDevices } from '../probes/gpu-devices.ts';
import type { Gpu } from '../probes/nvidia-smi-gpu.ts';
import { noGpu } from './gpu-node.ts';

/** A verdict on every GPU that nvidia-smi lists, and one on the node where it lists none. */
export function eachGpu(
  devices: GpuDevices,
  { gpus: declared }: Node,
  judge: (gpu: Gpu, called: string) => Omit<Verdict, 'subject'>,
): readonly Verdict[] {
  if (devices.state === 'absent' && declared === 'auto') return [noGpu];
  if (devices.state !== 'answered') return [{ status: 'unknown', summary: 'Not known: nvidia-smi gives no answer.' }];
  if (devices.gpus.length === 0) return [{ status: 'unknown', summary: 'Not known: nvidia-smi lists no GPU.' }];
  return devices.gpus.map((gpu) => ({ ...judge(gpu, gpuName(gpu)), subject: `gpu:${gpu.index}` }));
}

/** What a finer check says of one GPU: its trouble, that it is fine, or that it does not know such a thing. */
export type Judged = Omit<Verdict, 'subject'> | 'fine' | 'mute';

interface Words {
  /** Of all that are fine: `2 GPUs: ...`. */
  readonly fine: string;
  /** A sentence for a node whose GPUs all know no such thing. */
  readonly mute: string;
}

/**
 * Verdicts on those GPUs only that have trouble, and one on all that have none.
 *
 * Without an answer of nvidia-smi it says nothing: `gpu.nvml` or `gpu.wedged` says why, once instead of once a check.
 */
export function troubledGpus(
  devices: GpuDevices,
  words: Words,
  judge: (gpu: Gpu, called: string) => Judged,
): readonly Verdict[] {
  if (devices.state !== 'answered') return [];
  const judged = devices.gpus.map((gpu) => ({ gpu, said: judge(gpu, gpuName(gpu)) }));
  const troubles = judged.flatMap(({ gpu, said }) =>
    typeof said === 'string' ? [] : [{ ...said, subject: `gpu:${gpu.index}` }],
  );
  const fine = judged.filter(({ said }) => said === 'fine').length;
  if (fine > 0) return [...troubles, { status: 'ok', summary: `${count(fine, 'GPU')}: ${words.fine}.` }];
  return troubles.length > 0 ? troubles : [{ status: 'not_applicable', summary: words.mute }];
}

/** `GPU 0 (NVIDIA L4)`. */
export const gpuName = ({ index, name }: Gpu): string => (name === null ? `GPU ${index}` : `GPU ${index} (${name})`);
