import { z } from 'zod';
import { bytesText, count } from '../core/format.ts';
import { worst, type Finding, type Table } from '../core/report.ts';
import { defineTool, nodesInput, serviceInput, type Ops } from '../core/tool.ts';
import { modelsNow, type ModelsNow } from '../generate/models-now.ts';
import { isModel, shownModel } from '../generate/ollama-models.ts';
import { isFailure } from '../generate/failure.ts';
import { asked, failureFinding, isFinding, llmFinding, serversOf, type At } from './llm-servers.ts';

const row = z.object({
  node: z.string(),
  service: z.string(),
  model: z.string(),
  loaded: z.boolean(),
  bytes: z.number().nullable(),
  gpuBytes: z.number().nullable().describe('The rest of it lies in the memory of the machine'),
  contextTokens: z.number().nullable(),
  about: z.string(),
});
type Row = z.infer<typeof row>;

const server = z.object({
  node: z.string(),
  service: z.string(),
  release: z.string().nullable(),
  slots: z.number().nullable().describe('Requests at once'),
  processing: z.number().nullable(),
  deferred: z.number().nullable().describe('Requests that wait'),
});

export const llmModels = defineTool({
  name: 'llm_models',
  title: 'List models of model servers',
  summary:
    'Which models Ollama, llama-server and their like have, which are loaded, and how much of each lies in GPU memory: a model that spilled over is slow. With model also what Ollama knows of it. Loads nothing.',
  effect: 'observe',
  toolset: 'generate',
  input: z.object({
    nodes: nodesInput,
    service: serviceInput,
    model: z.string().optional().describe('Only this one, and more of it'),
  }),
  data: z.object({ models: z.array(row), servers: z.array(server) }),
  cli: { positional: ['nodes'] },
  async run({ nodes, service, model }, ops) {
    const servers = serversOf(ops, nodes, service);
    const answers = await Promise.all(servers.map((at) => asked(ops, at, () => listed(ops, at, model))));
    const heard = answers.flatMap((answer) => (isFinding(answer) ? [] : [answer]));
    const findings = answers.flatMap((answer) => (isFinding(answer) ? [answer] : answer.findings));
    const models = heard.flatMap(({ rows }) => rows);
    const loaded = models.filter((each) => each.loaded);
    return {
      summary:
        `${count(models.length, 'model')} on ${count(servers.length, 'model server')}, ${loaded.length} loaded${findings.length === 0 ? '' : `; ${findings[0]?.summary}`}`.replace(
          /\.?$/,
          '.',
        ),
      status: worst(findings.length === 0 ? ['ok'] : findings.map(({ status }) => status)),
      findings,
      next: findings.flatMap(({ next }) => next ?? []).slice(0, 5),
      notes: [...new Set(heard.flatMap(({ notes }) => notes))],
      data: { models, servers: heard.map(({ server: each }) => each) },
      show: [table(models), ...heard.flatMap(({ show }) => show)],
    };
  },
});

async function listed(ops: Ops, at: At, wanted: string | undefined) {
  const { node, backend } = at;
  const look = await ops.look(node);
  const probe = { name: 'llm.models', summary: 'Models of a model server', steps: () => modelsNow(backend) };
  const { fact, evidence } = await look.observe(probe, undefined);
  const more =
    wanted === undefined || backend.api !== 'ollama' || fact.failure !== null
      ? undefined
      : (
          await look.observe(
            { name: 'llm.model', summary: 'A model of Ollama', steps: () => shownModel(backend, wanted) },
            wanted,
          )
        ).fact;
  const rows = rowsOf(at, fact).filter((each) => wanted === undefined || isModel(wanted, each.model));
  const findings = fact.failure
    ? [failureFinding(at, 'llm.answer', fact.failure, evidence)]
    : isFailure(more)
      ? [failureFinding(at, 'llm.answer', more, evidence)]
      : rows.flatMap((each) => spilled(at, each, evidence));
  const { release, slots, processing, deferred } = fact;
  const lines =
    more === undefined || isFailure(more)
      ? []
      : [
          `context: ${more.contextTokens ?? 'not told'}`,
          `can: ${more.capabilities.join(', ') || 'not told'}`,
          ...more.parameters.split('\n'),
        ];
  return {
    rows,
    findings,
    notes: look.notes(),
    server: { node: node.name, service: backend.service.name, release, slots, processing, deferred },
    show: lines.length === 0 ? [] : [{ kind: 'remote' as const, title: `${wanted} on ${node.name}`, lines }],
  };
}

const rowsOf = ({ node, backend }: At, { models }: ModelsNow): readonly Row[] =>
  models.map(({ model, bytes, isLoaded, gpuBytes, contextTokens, about }) => ({
    node: node.name,
    service: backend.service.name,
    model,
    loaded: isLoaded,
    bytes,
    gpuBytes,
    contextTokens,
    about,
  }));

/** Source: Ollama `/api/ps`; what does not fit into the GPUs is computed by the CPU, layer by layer. */
function spilled(at: At, { model, bytes, gpuBytes }: Row, evidence: readonly string[]): readonly Finding[] {
  if (bytes === null || gpuBytes === null || gpuBytes >= bytes) return [];
  const { node, backend } = at;
  const { name, gpu } = backend.service;
  const unload = { node: node.name, service: name, model };
  if (gpuBytes === 0)
    return gpu
      ? [
          llmFinding(at, 'llm.spill', {
            status: 'critical',
            summary: `${model} of ${name} on ${node.name} runs on the CPU: none of its ${bytesText(bytes)} is in GPU memory`,
            next: [{ say: 'See what is wrong with the GPUs.', tool: 'gpu_status', args: { nodes: [node.name] } }],
            evidence,
          }),
        ]
      : [];
  return [
    llmFinding(at, 'llm.spill', {
      status: 'degraded',
      summary: `${model} of ${name} on ${node.name} is slow: ${bytesText(bytes - gpuBytes)} of its ${bytesText(bytes)} did not fit into GPU memory`,
      next: [{ say: 'Unload it, free GPU memory, and have it loaded again.', tool: 'model_unload', args: unload }],
      evidence,
    }),
  ];
}

const table = (rows: readonly Row[]): Table => ({
  kind: 'table',
  title: 'Models',
  columns: ['node', 'service', 'model', 'size', 'loaded', 'context', 'about'],
  rows: rows.map(({ node, service, model, bytes, loaded, gpuBytes, contextTokens, about }) => [
    node,
    service,
    model,
    bytes === null ? '' : bytesText(bytes),
    loaded ? placeOf(bytes, gpuBytes) : 'no',
    contextTokens === null ? '' : String(contextTokens),
    about,
  ]),
});

/** Where a loaded model lies. */
const placeOf = (bytes: number | null, gpuBytes: number | null): string =>
  gpuBytes === null || !bytes
    ? 'yes'
    : gpuBytes === 0
      ? 'on the CPU'
      : `${Math.round((100 * gpuBytes) / bytes)} % on GPU`;
