import { z } from 'zod';
import type { HttpTrouble } from '../core/command.ts';
import { clean } from '../core/text.ts';
import { jsonOf } from './json-text.ts';

export const failureCodes = [
  'model_not_found',
  'loading',
  'queue_full',
  'not_supported',
  'out_of_memory',
  'runner_died',
  'host_not_allowed',
  'unauthorized',
  'prompt_too_long',
  'bad_request',
  'server_error',
  'not_reached',
  'silent',
  'too_long',
  'cut_off',
  'not_understood',
] as const;
export type FailureCode = (typeof failureCodes)[number];

/** Why a model server did not do what it was asked: a code that stays the same over its versions, and its own words. */
export interface Failure {
  readonly code: FailureCode;
  readonly says: string;
}

export const isFailure = (answer: unknown): answer is Failure =>
  typeof answer === 'object' && answer !== null && 'code' in answer && 'says' in answer;

const mostSaid = 500;

/**
 * What servers say, the first row that fits. Ollama spawned its own runner until 2026 and llama-server since, and both
 * generations are in use. Sources: Ollama server/routes.go and llm/server.go, llama.cpp tools/server, vLLM.
 */
const rows: readonly (readonly [FailureCode, (status: number, said: string) => boolean])[] = [
  ['host_not_allowed', (status, said) => status === 403 && said === ''],
  ['unauthorized', (status) => status === 401 || status === 403],
  ['out_of_memory', says(/out[- ]of[- ]memory|requires more system memory|cudaMalloc failed|insufficient memory/i)],
  ['loading', (status, said) => status === 503 && /loading model/i.test(said)],
  ['queue_full', (status, said) => status === 429 || (status === 503 && /busy|pending requests|no slot/i.test(said))],
  [
    'model_not_found',
    says(/model ['"`].+?['"`] (?:not found|does not exist)|pull model manifest: file does not exist/i),
  ],
  ['runner_died', says(/(?:llama-server|llama runner) process (?:has terminated|no longer running)/i)],
  ['runner_died', says(/timed out waiting for (?:llama-server|llama runner) to start/i)],
  ['prompt_too_long', says(/exceeds? the (?:available )?context|maximum context length|exceeds the context length/i)],
  ['not_supported', says(/does not support|is not OAI compatible|not supported/i)],
  ['not_supported', (status) => status === 501 || status === 404 || status === 405],
  ['bad_request', (status, said) => status === 400 || status === 422 || said.includes('[json.exception')],
];

function says(form: RegExp) {
  return (_status: number, said: string): boolean => form.test(said);
}

/** Of an answer that is none of success, or of an `error` within one, which has the status 200. */
export function failureOf(status: number, body: string): Failure {
  const said = clean(errorText(jsonOf(body)) ?? body)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, mostSaid);
  const code = rows.find(([, fits]) => fits(status, said))?.[0] ?? 'server_error';
  return { code, says: said === '' ? `HTTP status ${status} without a word` : said };
}

const errorSchema = z.union([
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ detail: z.string() }).transform(({ detail }) => detail),
]);
const errorText = (value: unknown): string | undefined => errorSchema.safeParse(value).data;

/** The words of an `error` that stands where a piece of the answer should; undefined where there is none. */
export const errorWithin = (value: unknown): Failure | undefined =>
  typeof value === 'object' && value !== null && 'error' in value && value.error !== null
    ? failureOf(200, JSON.stringify(value))
    : undefined;

/** Of a request that got no whole answer. */
export function failureOfTrouble({ reason, gaveUp, message }: HttpTrouble): Failure {
  const code = gaveUp ?? (reason === 'timeout' ? 'silent' : reason === 'reset' ? 'cut_off' : 'not_reached');
  return { code, says: clean(message) };
}
