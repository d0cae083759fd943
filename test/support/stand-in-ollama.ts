import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { standInJson, standInStream, standInTokens, standInVector } from '../../sandbox/programs/stand-in-text.mjs';
import { serveStandIn } from './serve-stand-in.ts';

interface OllamaState {
  loaded: readonly string[];
  /** Models that it has; those that are loaded, and these. */
  also: readonly string[];
  /** Part of each model that lies in GPU memory. */
  gpuPart: number;
  perSecond: number;
  msPerToken: number;
  /** Those of a stream, `midstream`, `schema`, `host`, `queue`, `memory`. */
  fault: string | undefined;
}

interface Asked {
  readonly model: string;
  readonly keep_alive?: number;
  readonly messages?: readonly { readonly content: string }[];
  readonly prompt?: string;
  readonly input?: readonly string[];
  readonly format?: object;
  readonly options?: { readonly num_predict?: number };
}

const bytes = 5_137_025_024;
const mostTokens = 16;

const refusals: Readonly<Record<string, readonly [number, string]>> = {
  host: [403, ''],
  queue: [503, '{"error":"server busy, please try again.  maximum pending requests exceeded"}'],
  memory: [500, '{"error":"model requires more system memory (9.1 GiB) than is available (3.2 GiB)"}'],
};

const says = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const digestOf = (name: string) => ({ name, model: name, digest: name, size: bytes });

/** SIMULATED: a stand-in for Ollama that answers by its documentation; no model runs, and what it writes says so. */
export async function standInOllama(names: readonly string[], given: Partial<OllamaState> = {}) {
  const state: OllamaState = {
    loaded: names,
    also: [],
    gpuPart: 1,
    perSecond: 40,
    msPerToken: 0,
    fault: undefined,
    ...given,
  };
  const own = () => [...new Set([...state.loaded, ...state.also])];

  async function write(response: ServerResponse, { model, messages, prompt, format, options }: Asked): Promise<void> {
    const asked = prompt ?? messages?.at(-1)?.content ?? '';
    const wanted = options?.num_predict ?? mostTokens;
    const tokens =
      format === undefined
        ? standInTokens(asked, Math.min(wanted, mostTokens))
        : [JSON.stringify(standInJson(format, state.fault === 'schema'))];
    if (!state.loaded.includes(model)) state.loaded = [...state.loaded, model];
    const line = (more: object) => `${JSON.stringify({ model, created_at: '2026-08-21T19:52:07Z', ...more })}\n`;
    const piece = (content: string) =>
      prompt === undefined ? { message: { role: 'assistant', content } } : { response: content };
    const end = line({
      ...piece(''),
      done: true,
      done_reason: wanted <= mostTokens ? 'length' : 'stop',
      load_duration: 41_000_000,
      prompt_eval_count: 9,
      eval_count: tokens.length,
      eval_duration: Math.round((tokens.length * 1e9) / state.perSecond),
    });
    const last =
      state.fault === 'midstream' ? '{"error":"llama-server process has terminated: signal: killed"}\n' : end;
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    await standInStream(response, [...tokens.map((token) => line({ ...piece(token), done: false })), last], state);
  }

  async function post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = (await json(request)) as Asked;
    const { keep_alive: kept, input = [] } = asked;
    const model = own().find((name) => [asked.model, `${asked.model}:latest`].includes(name)) ?? asked.model;
    const refusal = refusals[state.fault ?? ''];
    if (refusal !== undefined) return void response.writeHead(refusal[0]).end(refusal[1]);
    if (kept === 0) {
      state.loaded = state.loaded.filter((name) => name !== model);
      says(response, { model, response: '', done: true, done_reason: 'unload' });
    } else if (!own().includes(model)) says(response, { error: `model '${model}' not found` }, 404);
    else if (request.url === '/api/show')
      says(response, {
        details: { family: 'llama', parameter_size: '7.2B', quantization_level: 'Q4_0' },
        capabilities: ['completion', 'tools'],
        parameters: 'stop "[INST]"',
        model_info: { 'llama.context_length': 32_768 },
      });
    else if (request.url === '/api/embed')
      says(response, { model, embeddings: input.map((text) => standInVector(text)), prompt_eval_count: input.length });
    else await write(response, { ...asked, model });
  }

  const served = await serveStandIn(async (request, response) => {
    if (request.method === 'POST') return await post(request, response);
    const refusal = state.fault === 'host' ? refusals.host : undefined;
    if (refusal !== undefined) return void response.writeHead(refusal[0]).end(refusal[1]);
    if (request.url === '/api/ps') {
      const held = { size_vram: Math.round(bytes * state.gpuPart), context_length: 4_096 };
      says(response, { models: state.loaded.map((name) => ({ ...digestOf(name), ...held })) });
    } else if (request.url === '/api/tags') says(response, { models: own().map(digestOf) });
    else says(response, { version: '0.11.0' });
  }, '/api/version');
  return { ...served, state, loaded: () => state.loaded };
}
