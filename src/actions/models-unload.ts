import { z } from 'zod';
import { serviceHealth } from '../checks/service-health.ts';
import { defineAction, order, type Done, type Order, type Plan } from '../core/action.ts';
import { alterByHttp } from '../core/alter.ts';
import { bytesText, count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { known, type Asking } from '../core/probe.ts';
import type { Service } from '../core/service.ts';
import { isFailure } from '../generate/failure.ts';
import { isModel, loadedModels } from '../generate/ollama-models.ts';
import { serviceIn } from './declared.ts';
import { serverOf, type ModelServer } from '../probes/model-server.ts';
import { heldByTorch, jobsOf, taken } from './model-servers.ts';
import { refused } from './refused.ts';

const beforeSchema = z.union([
  z.object({ origin: z.string(), model: z.string() }),
  z.object({ origin: z.string(), held: z.number().nullable() }),
]);

/** Frees GPU memory. Nothing takes it back, and nothing has to: what is needed again is loaded again. */
export const modelsUnload = defineAction({
  name: 'models.unload',
  summary: 'Has Ollama unload one model, or an idle ComfyUI all of its models',
  args: z.strictObject({
    service: z.string().describe('Service of the kind ollama or comfyui'),
    model: z.string().min(1).optional().describe('Of Ollama: which one, where it has loaded several'),
  }),
  guards: () => ({ checks: [], services: [] }),
  *plan({ service: name, model }, node) {
    const service = serviceIn(node, name);
    if ('can' in service) return service;
    if (service.kind !== 'ollama' && service.kind !== 'comfyui')
      return refused(`${name} is of the kind ${service.kind}; only ollama and comfyui unload models on request.`);
    const server = serverOf(service);
    if (server === undefined)
      return refused(`Where ${name} answers is not declared.`, {
        say: 'Declare a health URL of it that is asked on the node.',
      });
    return yield* service.kind === 'ollama'
      ? planOllama(node, service, server, model)
      : planComfyui(node, service, server, model);
  },
  order: ({ service }, node, { before }) => known(request(beforeSchema.parse(before), node, service)),
  done: ({ service }, node, before) => unloaded(beforeSchema.parse(before), node, service),
  proof: ({ service }) => ({ checks: [serviceHealth], services: [service], quietSeconds: 2, withinSeconds: 60 }),
});

function* planOllama(node: Node, service: Service, server: ModelServer, wanted: string | undefined): Asking<Plan> {
  const { name } = service;
  const loaded = yield* loadedModels(server);
  if (isFailure(loaded)) return refused(loaded.says);
  const names = loaded.map((each) => each.name).join(', ');
  if (loaded.length === 0) return refused(`${name} has no model loaded.`);
  const fits = loaded.filter((each) => wanted === undefined || isModel(wanted, each.name));
  const [model] = fits;
  if (model === undefined) return refused(`${name} has not loaded ${JSON.stringify(wanted)}. It has loaded: ${names}.`);
  if (fits.length > 1) return refused(`One model is unloaded at a time. ${name} has loaded: ${names}.`);
  const { origin } = server;
  return {
    ...changeOf(service),
    what: `Have ${name} unload ${model.name}, which holds ${bytesText(model.size_vram)} of GPU memory.`,
    drops: [
      `Requests that ${model.name} answers now end first; the next one loads it again and waits for that.`,
      ...behind(node, name),
    ],
    proves: [`${name} no longer lists ${model.name} as loaded, and is well.`],
    world: { origin, model: model.name, digest: model.digest, bytes: model.size_vram },
    before: { origin, model: model.name },
  };
}

function* planComfyui(node: Node, service: Service, server: ModelServer, wanted: string | undefined): Asking<Plan> {
  const { name } = service;
  if (wanted !== undefined) return refused(`${name} is a ComfyUI: it unloads all of its models, and no single one.`);
  const jobs = yield* jobsOf(server);
  if (isFailure(jobs)) return refused(jobs.says);
  if (jobs.running + jobs.pending > 0)
    return refused(
      `${name} is at work: ${count(jobs.running, 'job')} running, ${jobs.pending} waiting. It would load at once what was unloaded.`,
    );
  const held = yield* heldByTorch(server);
  if (isFailure(held)) return refused(held.says);
  if (held === 0) return refused(`${name} holds no GPU memory.`);
  const { origin } = server;
  return {
    ...changeOf(service),
    what: `Have ${name} unload all of its models and free its GPU memory.`,
    drops: ['The next job loads its models again and waits for that.', ...behind(node, name)],
    proves: [
      held === null
        ? `${name} is well; on a CPU it does not show what it holds.`
        : `torch holds less GPU memory for ${name}, and it is well.`,
    ],
    world: { origin },
    before: { origin, held },
  };
}

const changeOf = ({ name }: Service) =>
  ({ can: true, subject: `service:${name}`, service: name, risk: 'approve', undo: null }) as const;

const behind = (node: Node, name: string): readonly string[] =>
  node.services.filter(({ needs }) => needs.includes(name)).map((each) => `${each.name} needs ${name}.`);

type Before = z.infer<typeof beforeSchema>;

/** The server of then, with the login of now: that is never kept. */
const serverThen = ({ origin }: Before, node: Node, name: string): ModelServer => {
  const service = node.services.find((each) => each.name === name);
  return { origin, headers: (service && serverOf(service)?.headers) ?? {} };
};

function request(before: Before, node: Node, name: string): Order {
  const { origin, headers } = serverThen(before, node, name);
  const [path, body] =
    'model' in before
      ? ['/api/generate', { model: before.model, keep_alive: 0, stream: false }]
      : ['/free', { unload_models: true, free_memory: true }];
  const options = { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return order(alterByHttp(`${origin}${path}`, options), taken);
}

function* unloaded(before: Before, node: Node, name: string): Asking<Done> {
  const server = serverThen(before, node, name);
  if ('model' in before) {
    const loaded = yield* loadedModels(server);
    if (isFailure(loaded)) return { is: 'unclear', say: loaded.says };
    const isThere = loaded.some((each) => each.name === before.model);
    return isThere ? { is: 'not_done', say: `${name} still has ${before.model} loaded.` } : { is: 'done', mark: '' };
  }
  const held = yield* heldByTorch(server);
  if (isFailure(held)) return { is: 'unclear', say: held.says };
  if (held === null || before.held === null)
    return { is: 'unclear', say: `${name} runs on a CPU, and does not show what it holds.` };
  // It answers at once, and frees what it holds a moment later.
  if (held >= before.held) return { is: 'not_done', say: `torch still holds ${bytesText(held)} for ${name}.` };
  return { is: 'done', mark: '' };
}
