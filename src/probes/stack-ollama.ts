import { z } from 'zod';
import { captured } from '../core/capture.ts';
import type { HttpAnswer, HttpTrouble } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import { jsonValue } from '../services/record.ts';
import { addressOf, get, silent, type ServerAnswer, type ServerInput } from './stack-servers.ts';

/** What Ollama has, and what of it is loaded; null where it says something else. Sizes in bytes. */
interface Ollama {
  readonly models: readonly string[] | null;
  readonly loaded: readonly { readonly name: string; readonly size: number; readonly onGpu: number }[] | null;
}

const tagsSchema = z.object({ models: z.array(z.object({ name: z.string() })).nullable() });
const psSchema = z.object({
  models: z.array(z.object({ name: z.string(), size: z.number(), size_vram: z.number().default(0) })).nullable(),
});

/** Source: Ollama's API, `/api/tags` and `/api/ps`. */
export const stackOllama = defineProbe({
  name: 'stack.ollama',
  summary: 'Whether the Ollama of a stack answers, which models it has, and how much of the loaded ones is on the GPU',
  *steps(input: ServerInput): Asking<ServerAnswer<Ollama>> {
    const url = yield* addressOf('ollama', 11_434, input);
    if (typeof url !== 'string') return url;
    const [tags, ps] = yield* askAll([get(`${url}/api/tags`), get(`${url}/api/ps`)]);
    if (!tags.ok) return silent(url, tags);
    return {
      state: 'answers',
      url,
      status: tags.status,
      ms: tags.ms,
      models: modelsIn(tags),
      loaded: loadedIn(ps),
    };
  },
});

const told = <T>(reply: HttpAnswer | HttpTrouble, schema: z.ZodType<T>): T | null =>
  reply.ok && reply.status === 200 ? (schema.safeParse(jsonValue(captured(reply.body))).data ?? null) : null;

function modelsIn(reply: HttpAnswer): Ollama['models'] {
  const answer = told(reply, tagsSchema);
  return answer === null ? null : (answer.models ?? []).map(({ name }) => clean(name));
}

function loadedIn(reply: HttpAnswer | HttpTrouble): Ollama['loaded'] {
  const answer = told(reply, psSchema);
  if (answer === null) return null;
  return (answer.models ?? []).map(({ name, size, size_vram: onGpu }) => ({ name: clean(name), size, onGpu }));
}
