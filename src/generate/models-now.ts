import type { Asking } from '../core/probe.ts';
import type { Backend } from './backend.ts';
import { isFailure, type Failure } from './failure.ts';
import { serverState } from './llama-state.ts';
import type { ModelServer } from '../probes/model-server.ts';
import { loadedModels, ollamaVersion, ownModels, type Loaded, type Tag } from './ollama-models.ts';

/** A model as its server has it now. */
export interface ModelNow {
  readonly model: string;
  readonly bytes: number | null;
  readonly isLoaded: boolean;
  /** Bytes of it in GPU memory, the rest is in that of the machine; null where the server does not tell. */
  readonly gpuBytes: number | null;
  readonly contextTokens: number | null;
  /** Parameters, quantization, what it can do. */
  readonly about: string;
}

/** A model server and its models: none where a failure keeps it from telling. */
export interface ModelsNow {
  readonly models: readonly ModelNow[];
  readonly release: string | null;
  /** Requests that it takes at once, has at work, and has waiting. */
  readonly slots: number | null;
  readonly processing: number | null;
  readonly deferred: number | null;
  readonly failure: Failure | null;
}

const untold = { models: [], release: null, slots: null, processing: null, deferred: null };

/** What a server has and is at. Nothing is loaded by asking. */
export const modelsNow = (backend: Backend): Asking<ModelsNow> =>
  backend.api === 'ollama' ? ollamaNow(backend) : openaiNow(backend);

function* ollamaNow(server: ModelServer): Asking<ModelsNow> {
  const loaded = yield* loadedModels(server);
  if (isFailure(loaded)) return { ...untold, failure: loaded };
  const own = yield* ownModels(server);
  if (isFailure(own)) return { ...untold, failure: own };
  const release = yield* ollamaVersion(server);
  const models = own.map((tag) =>
    ollamaModel(
      tag,
      loaded.find(({ name }) => name === tag.name),
    ),
  );
  return { ...untold, models, release: isFailure(release) ? null : release, failure: null };
}

function ollamaModel({ name, size, details, capabilities = [] }: Tag, loaded: Loaded | undefined): ModelNow {
  const about = [details.parameter_size, details.quantization_level, ...capabilities].filter((word) => word !== '');
  return {
    model: name,
    bytes: loaded?.size ?? size,
    isLoaded: loaded !== undefined,
    gpuBytes: loaded?.size_vram ?? null,
    contextTokens: loaded?.context_length ?? null,
    about: about.join(', '),
  };
}

function* openaiNow(server: ModelServer): Asking<ModelsNow> {
  const state = yield* serverState(server);
  if (isFailure(state)) return { ...untold, failure: state };
  const { models, slots, processing, deferred, contextTokens, build } = state;
  return {
    models: models.map(({ id, meta, max_model_len: most }) => ({
      model: id,
      bytes: meta?.size ?? null,
      isLoaded: true,
      gpuBytes: null,
      contextTokens: contextTokens ?? most ?? meta?.n_ctx_train ?? null,
      about: '',
    })),
    release: build,
    slots,
    processing,
    deferred,
    failure: null,
  };
}
