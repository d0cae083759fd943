import { z } from 'zod';
import { without, type ServerRequest } from './chat.ts';
import { errorWithin, type Failure } from './failure.ts';
import { jsonOf } from './json-text.ts';

interface EmbedWish {
  readonly model: string | undefined;
  readonly texts: readonly string[];
  readonly dimensions?: number | undefined;
}

/** One vector for each text, in their order. */
export interface Embedded {
  readonly vectors: readonly (readonly number[])[];
  readonly promptTokens: number | null;
}

const vector = z.array(z.number());

const ollamaSchema = z
  .object({ embeddings: z.array(vector), prompt_eval_count: z.number().optional() })
  .transform(({ embeddings, prompt_eval_count: tokens }): Embedded => ({
    vectors: embeddings,
    promptTokens: tokens ?? null,
  }));
const openaiSchema = z
  .object({
    data: z.array(z.object({ index: z.int(), embedding: vector })),
    usage: z.object({ prompt_tokens: z.number() }).optional(),
  })
  .transform(({ data, usage }): Embedded => ({
    vectors: data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding),
    promptTokens: usage?.prompt_tokens ?? null,
  }));

export const embeddingRequests = {
  ollama: ({ model, texts, dimensions }: EmbedWish): ServerRequest => ({
    path: '/api/embed',
    body: without({ model: model ?? '', input: texts, dimensions }),
  }),
  openai: ({ model, texts, dimensions }: EmbedWish): ServerRequest => ({
    path: '/v1/embeddings',
    body: without({ model, input: texts, dimensions, encoding_format: 'float' }),
  }),
};

/** The vectors of an answer of success, or why there are none. */
export function embeddedOf(api: keyof typeof embeddingRequests, body: string, wanted: number): Embedded | Failure {
  const value = jsonOf(body);
  const { data } = (api === 'ollama' ? ollamaSchema : openaiSchema).safeParse(value);
  if (data?.vectors.length === wanted) return data;
  return (
    errorWithin(value) ?? {
      code: 'not_understood',
      says: data === undefined ? 'its answer holds no vectors' : `${data.vectors.length} vectors for ${wanted} texts`,
    }
  );
}
