import { z } from 'zod';
import { captured } from '../core/capture.ts';
import { defineAction, order, type Outcome } from '../core/action.ts';
import { alterByHttp } from '../core/alter.ts';
import type { HttpAnswer, HttpTrouble } from '../core/command.ts';
import { count } from '../core/format.ts';
import { known } from '../core/probe.ts';
import { sha256 } from '../core/sha256.ts';
import { clean } from '../core/text.ts';
import { comfyuiDrawn } from '../probes/comfyui-drawn.ts';
import { identity } from '../probes/identity.ts';
import { isFailure } from '../generate/failure.ts';
import { serverOf } from '../probes/model-server.ts';
import { serviceIn } from './declared.ts';
import { jobsOf } from './model-servers.ts';
import { refused } from './refused.ts';
import { trialGraph } from './trial-graph.ts';

const beforeSchema = z.object({ origin: z.string(), id: z.string(), seed: z.int() });

/** A prompt of our own, with an id that is known before it is sent: what became of it can be told whatever happens to the line. */
export const comfyuiDraw = defineAction({
  name: 'comfyui.draw',
  summary: 'Has an idle ComfyUI draw one picture, into its temporary folder',
  args: z.strictObject({
    service: z.string().describe('Service of the kind comfyui'),
    model: z.string().min(1).optional().describe('Checkpoint, as ComfyUI lists it; without, one colour is drawn'),
    width: z.int().min(16).max(16_384).describe('Of the picture'),
    height: z.int().min(16).max(16_384).describe('Of the picture'),
    steps: z.int().min(1).max(1_000).describe('Of the sampler'),
  }),
  guards: () => ({ checks: [], services: [] }),
  *plan({ service: name, model, width, height, steps }, node) {
    const service = serviceIn(node, name);
    if ('can' in service) return service;
    if (service.kind !== 'comfyui') return refused(`${name} is of the kind ${service.kind}, and no ComfyUI.`);
    const server = serverOf(service);
    if (server === undefined) return refused(`Where ${name} answers is not declared.`);
    const jobs = yield* jobsOf(server);
    if (isFailure(jobs)) return refused(jobs.says);
    if (jobs.running + jobs.pending > 0)
      return refused(
        `${name} is at work: ${count(jobs.running, 'job')} running, ${jobs.pending} waiting. What is measured would be theirs as well.`,
      );
    const { bootId, epochSeconds } = yield* identity.steps({});
    const digest = sha256(new TextEncoder().encode(JSON.stringify([bootId, epochSeconds, name])));
    const { origin } = server;
    const how = model === undefined ? 'of one colour, without a model' : `with ${model} in ${count(steps, 'step')}`;
    return {
      can: true,
      subject: `service:${name}`,
      service: name,
      risk: 'approve',
      undo: null,
      what: `Have ${name} draw a picture of ${width}×${height} ${how}, into its temporary folder.`,
      drops: [
        `Prompts that others send to ${name} meanwhile wait for it.`,
        ...(model === undefined
          ? []
          : [`${model} is loaded and stays in GPU memory; what was loaded may make room for it.`]),
      ],
      proves: [`${name} lists the prompt as done.`],
      world: { origin, model: model ?? null, width, height, steps },
      before: { origin, id: uuidOf(digest), seed: Number.parseInt(digest.slice(-8), 16) },
    };
  },
  order: (args, node, { before }) => {
    const { origin, id, seed } = beforeSchema.parse(before);
    const service = node.services.find(({ name }) => name === args.service);
    const own = (service && serverOf(service)?.headers) ?? {};
    const body = JSON.stringify({ prompt: trialGraph({ ...args, seed }), prompt_id: id });
    const headers = { ...own, 'content-type': 'application/json' };
    return known(order(alterByHttp(`${origin}/prompt`, { headers, body }), queued));
  },
  *done({ service: name }, node, before) {
    const { origin, id } = beforeSchema.parse(before);
    const service = node.services.find((each) => each.name === name);
    const headers = (service && serverOf(service)?.headers) ?? {};
    const drawn = yield* comfyuiDrawn.steps({ server: { origin, headers }, id });
    switch (drawn.is) {
      case 'drawn':
        return { is: 'done', mark: id };
      case 'failed':
        return { is: 'not_done', say: `${name} could not draw it: ${drawn.why}` };
      case 'lost':
        return { is: 'not_done', say: `${name} knows nothing of the prompt: it was never taken, or it was restarted.` };
      case 'unknown':
        return { is: 'unclear', say: `${name} gives no answer that can be read.` };
      default:
        return { is: 'unclear', say: `${name} has not drawn it yet.` };
    }
  },
  // A model of many GB may come from a slow disk first.
  proof: ({ service }) => ({ checks: [], services: [service], quietSeconds: 0, withinSeconds: 600 }),
});

/** As ComfyUI wants it: hexadecimal, small, with hyphens. */
const uuidOf = (digest: string): string =>
  `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;

const refusalSchema = z.object({
  error: z.object({ message: z.string() }),
  node_errors: z.record(
    z.string(),
    z.object({ class_type: z.string(), errors: z.array(z.object({ message: z.string(), details: z.string() })) }),
  ),
});

function queued(reply: HttpAnswer | HttpTrouble): Outcome {
  if (!reply.ok)
    return { how: 'failed', said: `No answer came, and whether it was taken is not known: ${clean(reply.message)}` };
  if (reply.status === 200) return { how: 'done', said: '' };
  const said = clean(captured(reply.body)).slice(0, 4_000);
  return {
    how: 'failed',
    said: `It was refused: ${whyRefused(said) ?? `HTTP status ${reply.status}. ${said.slice(0, 300)}`}`,
  };
}

/** What is at the top says only that something is wrong; the nodes say what. */
function whyRefused(said: string): string | undefined {
  try {
    const { error, node_errors: nodes } = refusalSchema.parse(JSON.parse(said));
    const [first] = Object.values(nodes);
    const [trouble] = first?.errors ?? [];
    return trouble === undefined ? error.message : `${first?.class_type}: ${trouble.message}: ${trouble.details}`;
  } catch {
    return undefined;
  }
}
