import { z } from 'zod';
import { captured } from '../core/capture.ts';
import type { HttpAnswer, HttpTrouble } from '../core/command.ts';
import { makeByHttp } from '../core/make.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import { sha256 } from '../core/sha256.ts';
import { clean } from '../core/text.ts';
import type { MakeOps } from '../core/tool.ts';
import { trialGraph, type Trial } from '../generate/trial-graph.ts';
import { comfyuiDrawn, type ComfyuiDrawn } from '../probes/comfyui-drawn.ts';
import { gpuDevices, type GpuDevices } from '../probes/gpu-devices.ts';
import type { ModelServer } from '../probes/model-server.ts';
import { gpuOf } from './comfyui-levels.ts';

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

export interface Place {
  readonly node: Node;
  readonly service: Service;
  readonly server: ModelServer;
}

const apartMs = 500;
/** A model of many GB may come from a slow disk first. */
const mostMs = 600_000;

/**
 * Has an instance draw one picture, and looks at its GPU until that has ended.
 *
 * The id of the prompt is ours and known before it is sent, so that what became of it can be told whatever happens to the
 * line; it is never sent twice. Errors: `NOT_APPROVED` where the policy forbids it.
 */
export async function drawn(
  { node, service, server }: Place,
  trial: Omit<Trial, 'seed'>,
  ops: MakeOps,
): Promise<{ readonly drawn: ComfyuiDrawn } & GpuSamples> {
  const digest = sha256(new TextEncoder().encode(JSON.stringify([ops.now(), node.name, service.name, trial])));
  const id = uuidOf(digest);
  const body = JSON.stringify({
    prompt: trialGraph({ ...trial, seed: Number.parseInt(digest.slice(-8), 16) }),
    prompt_id: id,
  });
  const headers = { ...server.headers, 'content-type': 'application/json' };
  const command = makeByHttp(`${server.origin}/prompt`, { headers, body, deadlineMs: 30_000 });
  const taken = await ops.make(node, { action: 'comfyui.generate', service: service.name, command });
  const refused = whyRefused(taken);
  if (refused !== undefined) return { drawn: { is: 'failed', why: refused }, samples: [], why: 'nothing was drawn' };

  const samples: GpuSample[] = [];
  let why: string | null = 'it was drawn before the GPU could be looked at';
  const end = ops.now() + mostMs;
  for (let lost = 0; ;) {
    const look = await ops.look(node);
    const [state, seen] = await Promise.all([
      look.observe(comfyuiDrawn, { server, id }),
      look.observe(gpuDevices, { become: node.become }).then(({ fact }) => sampled(fact, gpuOf(service))),
    ]);
    // Of a prompt that was just taken, one look may find nothing.
    lost = state.fact.is === 'lost' ? lost + 1 : 0;
    const isOver = state.fact.is === 'drawn' || state.fact.is === 'failed' || lost > 1 || ops.now() > end;
    if (typeof seen === 'string') why = seen;
    else if (!isOver) samples.push(...seen);
    if (isOver) return { drawn: state.fact, samples, why: samples.length > 0 ? null : why };
    await ops.pause(apartMs);
  }
}

/** What the GPU is at, or why that is not known. */
function sampled(fact: GpuDevices, gpu: number | null): readonly GpuSample[] | string {
  if (fact.state === 'absent') return 'the node has no nvidia-smi';
  if (fact.state !== 'answered') return `nvidia-smi gives no answer (${fact.state})`;
  const own = fact.gpus.filter(({ index }) => gpu === null || index === gpu);
  if (own.length === 0) return `nvidia-smi lists no GPU ${gpu}`;
  const samples = own.flatMap(({ utilizationPercent, memory }) =>
    utilizationPercent === null || memory === null ? [] : [{ utilizationPercent, usedBytes: memory.usedBytes }],
  );
  return samples.length > 0 ? samples : 'nvidia-smi does not tell how much the GPU is used';
}

/** As ComfyUI wants it: hexadecimal, small, with hyphens. */
const uuidOf = (digest: string): string =>
  `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;

const refusalSchema = z.object({
  error: z.object({ message: z.string() }).optional(),
  node_errors: z.record(
    z.string(),
    z.object({ class_type: z.string(), errors: z.array(z.object({ message: z.string(), details: z.string() })) }),
  ),
});

/** What is at the top says only that something is wrong; the nodes say what. Undefined where it was taken. */
function whyRefused(reply: HttpAnswer | HttpTrouble): string | undefined {
  // It may have been taken all the same: what became of it is asked by its id.
  if (!reply.ok) return undefined;
  const said = clean(captured(reply.body));
  try {
    const { error, node_errors: nodes } = refusalSchema.parse(JSON.parse(said));
    const [first] = Object.values(nodes);
    const [trouble] = first?.errors ?? [];
    if (trouble !== undefined) return `${first?.class_type}: ${trouble.message}: ${trouble.details}`;
    return reply.status === 200 ? undefined : error?.message;
  } catch {
    return `it answers ${reply.status}: ${said.slice(0, 200)}`;
  }
}
