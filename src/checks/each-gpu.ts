import type { Verdict } from '../core/check.ts';
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

/** `GPU 0 (NVIDIA L4)`. */
export const gpuName = ({ index, name }: Gpu): string => (name === null ? `GPU ${index}` : `GPU ${index} (${name})`);
