import { z } from 'zod';
import type { Asking } from '../core/probe.ts';
import { isFailure, type Failure } from './failure.ts';
import type { ModelServer } from '../probes/model-server.ts';
import { answerOf } from './server-question.ts';

const detailsSchema = z.object({
  family: z.string().default(''),
  parameter_size: z.string().default(''),
  quantization_level: z.string().default(''),
});
const noDetails = detailsSchema.parse({});

const psSchema = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        digest: z.string().default(''),
        size: z.number().default(0),
        size_vram: z.number().default(0),
        context_length: z.number().optional(),
        expires_at: z.string().optional(),
      }),
    )
    .nullish(),
});
/** A model that Ollama holds; what of `size` is not `size_vram` lies in the memory of the machine, and is slow. */
export type Loaded = NonNullable<z.infer<typeof psSchema>['models']>[number];

/** The models that Ollama has loaded. */
export function* loadedModels(server: ModelServer): Asking<readonly Loaded[] | Failure> {
  const answer = yield* answerOf(server, '/api/ps', psSchema);
  return isFailure(answer) ? answer : (answer.models ?? []);
}

/** Which of them is meant by a name, which may lack the tag. */
export const isModel = (wanted: string, name: string): boolean => [wanted, `${wanted}:latest`].includes(name);

const tagsSchema = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        size: z.number().default(0),
        details: detailsSchema.default(noDetails),
        capabilities: z.array(z.string()).optional(),
      }),
    )
    .nullish(),
});
export type Tag = NonNullable<z.infer<typeof tagsSchema>['models']>[number];

/** The models that Ollama has on its disk. */
export function* ownModels(server: ModelServer): Asking<readonly Tag[] | Failure> {
  const answer = yield* answerOf(server, '/api/tags', tagsSchema);
  return isFailure(answer) ? answer : (answer.models ?? []);
}

const showSchema = z.object({
  details: detailsSchema.default(noDetails),
  capabilities: z.array(z.string()).default([]),
  parameters: z.string().default(''),
  model_info: z.record(z.string(), z.unknown()).default({}),
});

/** What Ollama knows of one model. */
export interface ModelFacts extends Pick<z.infer<typeof showSchema>, 'details' | 'capabilities' | 'parameters'> {
  /** Tokens that it was made for. */
  readonly contextTokens: number | null;
}

export function* shownModel(server: ModelServer, model: string): Asking<ModelFacts | Failure> {
  const answer = yield* answerOf(server, '/api/show', showSchema, JSON.stringify({ model }));
  if (isFailure(answer)) return answer;
  const { details, capabilities, parameters, model_info: info } = answer;
  const context = Object.entries(info).find(([key]) => key.endsWith('.context_length'))?.[1];
  return { details, capabilities, parameters, contextTokens: typeof context === 'number' ? context : null };
}

/** Its release. */
export function* ollamaVersion(server: ModelServer): Asking<string | Failure> {
  const answer = yield* answerOf(server, '/api/version', z.object({ version: z.string() }));
  return isFailure(answer) ? answer : answer.version;
}
