import { z } from 'zod';
import { captured } from '../core/capture.ts';
import type { HttpAnswer, HttpTrouble } from '../core/command.ts';
import { askAll, type Asking } from '../core/probe.ts';
import { failureOf, failureOfTrouble, type Failure } from './failure.ts';
import type { ModelServer } from '../probes/model-server.ts';
import { question, valueOf } from './server-question.ts';

const modelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      meta: z
        .object({
          n_ctx_train: z.number().optional(),
          n_params: z.number().optional(),
          size: z.number().optional(),
        })
        .nullish(),
      max_model_len: z.number().nullish(),
    }),
  ),
});
const propsSchema = z.object({
  total_slots: z.number().optional(),
  build_info: z.string().optional(),
  default_generation_settings: z.object({ n_ctx: z.number().optional() }).optional(),
});

/** A server of the OpenAI API, as far as it tells; llama-server tells most. */
export interface ServerState {
  readonly models: z.infer<typeof modelsSchema>['data'];
  readonly slots: number | null;
  /** Requests at work and waiting; null where it was not started with `--metrics`. */
  readonly processing: number | null;
  readonly deferred: number | null;
  readonly contextTokens: number | null;
  readonly build: string | null;
}

/**
 * What a server of the OpenAI API has loaded and is at, or why it can't be told: `loading` while llama-server loads.
 *
 * `/slots` would tell more, and holds what others asked it: what nobody has to see is not looked at.
 */
export function* serverState(server: ModelServer): Asking<ServerState | Failure> {
  const [models, props, metrics] = yield* askAll([
    question(server, '/v1/models'),
    question(server, '/props'),
    question(server, '/metrics'),
  ]);
  const trouble = troubleOf(props, true) ?? troubleOf(models, false);
  if (trouble !== undefined) return trouble;
  const { data: listed } = modelsSchema.safeParse(models.ok ? valueOf(models) : undefined);
  if (listed === undefined) return { code: 'not_understood', says: 'its list of models is not understood' };
  const { data: own } = propsSchema.safeParse(props.ok && props.status === 200 ? valueOf(props) : undefined);
  const told = metrics.ok && metrics.status === 200 ? captured(metrics.body) : '';
  return {
    models: listed.data,
    slots: own?.total_slots ?? null,
    processing: gauge(told, 'requests_processing'),
    deferred: gauge(told, 'requests_deferred'),
    contextTokens: own?.default_generation_settings?.n_ctx ?? null,
    build: own?.build_info ?? null,
  };
}

/** Only llama-server has `/props`, and while it loads says so there; older ones list their models all the same. */
function troubleOf(reply: HttpAnswer | HttpTrouble, isExtra: boolean): Failure | undefined {
  if (!reply.ok) return failureOfTrouble(reply);
  if (reply.status === 200) return undefined;
  const failure = failureOf(reply.status, captured(reply.body));
  return isExtra && failure.code !== 'loading' ? undefined : failure;
}

/** A figure of the metrics of llama-server. */
function gauge(text: string, name: string): number | null {
  const value = new RegExp(`^llamacpp:${name} ([0-9.e+]+)$`, 'm').exec(text)?.[1];
  return value === undefined ? null : Number(value);
}
