import { z } from 'zod';
import { bytesText, count } from '../core/format.ts';
import { worst, type Table } from '../core/report.ts';
import { clean } from '../core/text.ts';
import { defineTool, nodesInput, serviceInput, type Ops } from '../core/tool.ts';
import { modelsNow, type ModelsNow } from '../generate/models-now.ts';
import { isModel, shownModel } from '../generate/ollama-models.ts';
import { isFailure } from '../generate/failure.ts';
import { asked, failureFinding, isFinding, serversOf, type At } from './llm-servers.ts';
import { placeText, spillFinding } from './llm-spill.ts';

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
      : rows.flatMap(({ model, bytes, gpuBytes }) =>
          bytes === null || gpuBytes === null ? [] : (spillFinding(at, model, { bytes, gpuBytes }, evidence) ?? []),
        );
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

/** Its names are a node's text. */
const rowsOf = ({ node, backend }: At, { models }: ModelsNow): readonly Row[] =>
  models.map(({ model, bytes, isLoaded, gpuBytes, contextTokens, about }) => ({
    node: node.name,
    service: backend.service.name,
    model: clean(model),
    loaded: isLoaded,
    bytes,
    gpuBytes,
    contextTokens,
    about: clean(about),
  }));

const table = (rows: readonly Row[]): Table => ({
  kind: 'table',
  title: 'Models',
  columns: ['node', 'service', 'model', 'size', 'loaded', 'context', 'about'],
  rows: rows.map(({ node, service, model, bytes, loaded, gpuBytes, contextTokens, about }) => [
    node,
    service,
    model,
    bytes === null ? '' : bytesText(bytes),
    loaded ? where(bytes, gpuBytes) : 'no',
    contextTokens === null ? '' : String(contextTokens),
    about,
  ]),
});

const where = (bytes: number | null, gpuBytes: number | null): string =>
  bytes === null || gpuBytes === null ? 'yes' : placeText({ bytes, gpuBytes });
