import { z } from 'zod';
import { captured } from '../core/capture.ts';
import { OpsError } from '../core/errors.ts';
import { count } from '../core/format.ts';
import { defineTool, nodeInput, serviceInput, type MakeOps } from '../core/tool.ts';
import { embeddedOf, embeddingRequests, type Embedded } from '../generate/embeddings.ts';
import { failureOf, failureOfTrouble, isFailure, type Failure } from '../generate/failure.ts';
import { asked, failureFinding, isFinding, serversOf, type At } from './llm-servers.ts';
import { requestTo, usualModel } from './llm-write.ts';

/** Servers queue what comes at once; one request of thousands of texts is one that can't be given up. */
const atOnce = 32;
const seconds = 120;

export const llmEmbed = defineTool({
  name: 'llm_embed',
  title: 'Have a model embed texts',
  summary:
    'Vectors of texts by an embedding model of Ollama, llama-server or another declared server, in batches of 32; shown is how alike each is to the first. With vectors also the vectors themselves, which are long.',
  effect: 'create',
  toolset: 'generate',
  input: z.object({
    node: nodeInput,
    service: serviceInput,
    model: z.string().optional().describe('The loaded or only one when left out'),
    texts: z.array(z.string().min(1)).min(1).describe('One vector each'),
    dimensions: z.int().min(1).optional().describe('Fewer, where the model can'),
    vectors: z.boolean().default(false).describe('Also the vectors'),
  }),
  data: z.object({
    model: z.string().nullable(),
    dimensions: z.int().nullable(),
    promptTokens: z.number().nullable(),
    alike: z.array(z.number()).describe('Cosine of each with the first'),
    vectors: z.array(z.array(z.number())).describe('Empty unless asked for'),
  }),
  cli: { positional: ['node'] },
  async run({ node, service, model: named, texts, dimensions, vectors: wanted }, ops) {
    const [at, ...others] = serversOf(ops, [node], service);
    if (at === undefined || others.length > 0)
      throw new OpsError('USAGE', `${node} has ${others.length + 1} model servers: name the service.`);
    const outcome = await asked(ops, at, async () => {
      const model = named ?? (await usualModel(ops, at));
      if (isFailure(model)) return model;
      const embedded = await inBatches(ops, at, { model, texts, dimensions });
      return isFailure(embedded) ? embedded : { model, ...embedded };
    });
    const finding = isFinding(outcome)
      ? outcome
      : isFailure(outcome)
        ? failureFinding(at, 'llm.answer', outcome)
        : undefined;
    const { model, vectors, promptTokens } =
      isFinding(outcome) || isFailure(outcome) ? { model: null, vectors: [], promptTokens: null } : outcome;
    const [first] = vectors;
    return {
      summary:
        finding?.summary ??
        `${model} on ${at.node.name} embedded ${count(texts.length, 'text')} in ${first?.length ?? 0} dimensions.`,
      status: finding?.status ?? 'ok',
      findings: finding === undefined ? [] : [finding],
      next: finding?.next ?? [],
      notes: finding === undefined ? (await ops.look(at.node)).notes() : [],
      data: {
        model,
        dimensions: first?.length ?? null,
        promptTokens,
        alike: first === undefined ? [] : vectors.map((vector) => Math.round(cosine(first, vector) * 1e4) / 1e4),
        vectors: wanted ? vectors.map((vector) => [...vector]) : [],
      },
      show: [],
    };
  },
});

interface Batch {
  readonly model: string;
  readonly texts: readonly string[];
  readonly dimensions: number | undefined;
}

async function inBatches(ops: MakeOps, at: At, { texts, ...rest }: Batch): Promise<Embedded | Failure> {
  const vectors: (readonly number[])[] = [];
  let tokens: number | null = 0;
  for (let from = 0; from < texts.length; from += atOnce) {
    const embedded = await embed(ops, at, { ...rest, texts: texts.slice(from, from + atOnce) });
    if (isFailure(embedded)) return embedded;
    vectors.push(...embedded.vectors);
    tokens = tokens === null || embedded.promptTokens === null ? null : tokens + embedded.promptTokens;
    ops.progress(`${at.node.name}: ${vectors.length} of ${count(texts.length, 'text')} embedded`);
  }
  return { vectors, promptTokens: tokens };
}

async function embed(ops: MakeOps, at: At, batch: Batch): Promise<Embedded | Failure> {
  const { api, service } = at.backend;
  const command = requestTo(at, embeddingRequests[api](batch), seconds);
  const reply = await ops.make(at.node, { action: 'llm.embed', service: service.name, command });
  if (!reply.ok) return failureOfTrouble(reply);
  const body = captured(reply.body);
  return reply.status === 200 ? embeddedOf(api, body, batch.texts.length) : failureOf(reply.status, body);
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

function cosine(a: readonly number[], b: readonly number[]): number {
  const length = Math.sqrt(dot(a, a) * dot(b, b));
  return length === 0 ? 0 : dot(a, b) / length;
}
