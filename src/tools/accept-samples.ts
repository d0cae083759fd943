import type { Node } from '../core/node.ts';
import type { Ops } from '../core/tool.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';

/** One look at the GPU while something is drawn. */
export interface GpuSample {
  readonly utilizationPercent: number;
  readonly usedBytes: number;
}

export interface GpuSamples {
  readonly samples: readonly GpuSample[];
  /** Why there are none; null where there are. */
  readonly why: string | null;
}

const apartMs = 500;

/** Looks at a GPU again and again until the work has ended; the answer of the work, and what was seen meanwhile. */
export async function sampledWhile<T>(
  ops: Pick<Ops, 'look' | 'pause'>,
  node: Node,
  gpu: number | null,
  work: Promise<T>,
): Promise<{ readonly outcome: T } & GpuSamples> {
  let over = false;
  const ended = work.finally(() => {
    over = true;
  });
  // It is awaited below; until then its error must not count as one that nobody hears.
  ended.catch(() => undefined);
  const samples: GpuSample[] = [];
  let why: string | null = null;
  while (!over) {
    const { fact } = await (await ops.look(node)).observe(gpuDevices, { become: node.become });
    if (fact.state !== 'answered') {
      why = fact.state === 'absent' ? 'the node has no nvidia-smi' : `nvidia-smi gives no answer (${fact.state})`;
      break;
    }
    const own = fact.gpus.filter(({ index }) => gpu === null || index === gpu);
    for (const { utilizationPercent, memory } of own)
      if (utilizationPercent !== null && memory !== null)
        samples.push({ utilizationPercent, usedBytes: memory.totalBytes - memory.freeBytes });
    if (samples.length === 0) why = 'nvidia-smi does not tell how much the GPU is used';
    await ops.pause(apartMs);
  }
  const outcome = await ended;
  if (samples.length === 0) return { outcome, samples, why: why ?? 'it was drawn before the GPU could be looked at' };
  return { outcome, samples, why: null };
}
