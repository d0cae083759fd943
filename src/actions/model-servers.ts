import { z } from 'zod';
import { captured } from '../core/capture.ts';
import { http, type HttpAnswer, type HttpTrouble } from '../core/command.ts';
import type { Outcome } from '../core/action.ts';
import { ask, type Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import { anew } from '../probes/log-files.ts';
import type { ModelServer } from '../probes/model-server.ts';

/** What a server says at a path, or why it says nothing that can be read, as a sentence. */
function* answerOf<T>({ origin, headers }: ModelServer, path: string, schema: z.ZodType<T>): Asking<T | string> {
  const url = `${origin}${path}`;
  const reply = yield* ask(http(url, { headers, freshMs: anew, bytes: 8_388_608 }));
  if (!reply.ok) return `${url} does not answer: ${clean(reply.message)}.`;
  if (reply.status !== 200) return `${url} answers with HTTP status ${reply.status}.`;
  const parsed = schema.safeParse(jsonOf(reply));
  return parsed.success ? parsed.data : `${url} answers what is not understood.`;
}

function jsonOf({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(captured(body));
  } catch {
    return undefined;
  }
}

const psSchema = z.object({
  models: z
    .array(z.object({ name: z.string(), digest: z.string().default(''), size_vram: z.number().default(0) }))
    .nullish(),
});
type Loaded = NonNullable<z.infer<typeof psSchema>['models']>[number];

/** The models that Ollama has loaded. */
export function* loadedModels(server: ModelServer): Asking<readonly Loaded[] | string> {
  const answer = yield* answerOf(server, '/api/ps', psSchema);
  return typeof answer === 'string' ? answer : (answer.models ?? []);
}

const queueSchema = z.object({ queue_running: z.array(z.unknown()), queue_pending: z.array(z.unknown()) });

/** How many jobs ComfyUI runs and has waiting. */
export function* jobsOf(server: ModelServer): Asking<{ readonly running: number; readonly pending: number } | string> {
  const answer = yield* answerOf(server, '/queue', queueSchema);
  if (typeof answer === 'string') return answer;
  return { running: answer.queue_running.length, pending: answer.queue_pending.length };
}

const statsSchema = z.object({ devices: z.array(z.object({ type: z.string(), torch_vram_total: z.number() })) });

/**
 * Bytes that torch holds of the memory of GPUs for ComfyUI; null where it runs on a CPU, whose figures are those of the
 * machine.
 */
export function* heldByTorch(server: ModelServer): Asking<number | null | string> {
  const answer = yield* answerOf(server, '/system_stats', statsSchema);
  if (typeof answer === 'string') return answer;
  const gpus = answer.devices.filter(({ type }) => type !== 'cpu');
  return gpus.length === 0 ? null : gpus.reduce((sum, { torch_vram_total: held }) => sum + held, 0);
}

/** Whether a request was taken. That no answer came says nothing of it. */
export function taken(reply: HttpAnswer | HttpTrouble): Outcome {
  if (!reply.ok)
    return { how: 'failed', said: `No answer came, and whether it was taken is not known: ${clean(reply.message)}` };
  const body = clean(captured(reply.body)).trim().slice(0, 500);
  if (reply.status === 200) return { how: 'done', said: '' };
  return { how: 'failed', said: `It was answered with HTTP status ${reply.status}.${body === '' ? '' : `\n${body}`}` };
}
