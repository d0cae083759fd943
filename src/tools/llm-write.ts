import { captured } from '../core/capture.ts';
import { makeByHttp } from '../core/make.ts';
import type { MakeOps, Ops } from '../core/tool.ts';
import type { ServerRequest, Written } from '../generate/chat.ts';
import { failureOf, failureOfTrouble, isFailure, type Failure } from '../generate/failure.ts';
import { modelsNow } from '../generate/models-now.ts';
import { createOllamaReader } from '../generate/ollama-chat.ts';
import { loadedModels, isModel } from '../generate/ollama-models.ts';
import { createOpenaiReader } from '../generate/openai-chat.ts';
import type { At } from './llm-servers.ts';

const mostBytes = 32 * 1024 ** 2;

interface Limits {
  /** For all of it. */
  readonly seconds: number;
  /** Between two pieces; a model may have to be loaded before the first. */
  readonly idleSeconds: number;
}

/** What a model wrote, and when (seconds from the request on). */
export interface Answer {
  readonly written: Written;
  readonly failure: Failure | null;
  readonly firstSeconds: number | null;
  readonly seconds: number;
}

interface Wanted extends Limits {
  /** As what the policy judges it. */
  readonly action: string;
  readonly request: ServerRequest;
  onText?(text: string): void;
}

/** What goes to a server as JSON, with its login. */
export const requestTo = ({ backend: { origin, headers } }: At, { path, body }: ServerRequest, seconds: number) =>
  makeByHttp(`${origin}${path}`, {
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    bytes: mostBytes,
    deadlineMs: seconds * 1_000,
  });

/** Has a model write, and reads it as it comes. Errors: those of `make`. */
export async function write(ops: MakeOps, at: At, wanted: Wanted): Promise<Answer> {
  const { action, request, seconds, idleSeconds, onText } = wanted;
  const { node, backend } = at;
  const reader = backend.api === 'ollama' ? createOllamaReader() : createOpenaiReader();
  const begun = ops.now();
  let first: number | null = null;
  const since = () => (ops.now() - begun) / 1_000;
  const reply = await ops.make(
    node,
    { action, service: backend.service.name, command: requestTo(at, request, seconds) },
    {
      firstMs: seconds * 1_000,
      idleMs: idleSeconds * 1_000,
      chunk(bytes) {
        const text = reader.push(bytes);
        if (text === '') return;
        first ??= since();
        onText?.(text);
      },
    },
  );
  const written = reader.end();
  const failure = !reply.ok
    ? failureOfTrouble(reply)
    : reply.status < 300
      ? written.failure
      : failureOf(reply.status, captured(reply.body));
  return { written, failure, firstSeconds: first, seconds: since() };
}

/** The model that a server takes without being told: the loaded one, or the only one. Errors: of the node. */
export async function usualModel(ops: Ops, { node, backend }: At): Promise<string | Failure> {
  const look = await ops.look(node);
  const { fact } = await look.observe(
    { name: 'llm.models', summary: 'Models of a model server', steps: () => modelsNow(backend) },
    undefined,
  );
  if (fact.failure !== null) return fact.failure;
  const loaded = fact.models.filter(({ isLoaded }) => isLoaded);
  const [model, ...others] = loaded.length > 0 ? loaded : fact.models;
  if (model !== undefined && others.length === 0) return model.model;
  const names = [model, ...others].flatMap((each) => each?.model ?? []).join(', ');
  return {
    code: 'model_not_found',
    says: model === undefined ? 'it has no model' : `it has several, and none was named: ${names}`,
  };
}

/** Bytes of a model of Ollama, and how many of them are in GPU memory; null where that is not told. */
export async function placeOf(
  ops: Ops,
  { node, backend }: At,
  model: string,
): Promise<{ readonly bytes: number; readonly gpuBytes: number } | null> {
  if (backend.api !== 'ollama') return null;
  const look = await ops.look(node);
  const { fact } = await look.observe(
    { name: 'llm.loaded', summary: 'Loaded models', steps: () => loadedModels(backend) },
    undefined,
  );
  if (isFailure(fact)) return null;
  const held = fact.find(({ name }) => isModel(model, name));
  return held === undefined ? null : { bytes: held.size, gpuBytes: held.size_vram };
}
