import { z } from 'zod';
import { http } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import { jsonAnswer } from './json-answer.ts';
import { anew } from './log-files.ts';
import type { ModelServer } from './model-server.ts';

/** What became of a prompt. ComfyUI keeps that in memory alone: after a restart nothing is known of it. */
export type ComfyuiDrawn =
  | {
      readonly is: 'drawn';
      /** From its own log of events; null where that does not tell. */
      readonly seconds: number | null;
      readonly pictures: readonly { readonly filename: string; readonly subfolder: string; readonly type: string }[];
    }
  | { readonly is: 'failed'; readonly why: string }
  | { readonly is: 'waits' | 'runs' | 'lost' }
  /** It gave no answer that can be read. */
  | { readonly is: 'unknown' };

const picture = z.object({ filename: z.string(), subfolder: z.string(), type: z.string() });
const messageSchema = z.tuple([
  z.string(),
  z.object({ timestamp: z.number(), exception_message: z.string().optional(), node_type: z.string().nullish() }),
]);
const historySchema = z.record(
  z.string(),
  z.object({
    outputs: z.record(z.string(), z.object({ images: z.array(picture).default([]) })),
    status: z.object({ status_str: z.string(), messages: z.array(messageSchema) }),
  }),
);
const listed = z.array(z.tuple([z.number(), z.string()], z.unknown()));
const queueSchema = z.object({ queue_running: listed, queue_pending: listed });

export interface DrawnInput {
  readonly server: ModelServer;
  /** Of the prompt. */
  readonly id: string;
}

export const comfyuiDrawn = defineProbe({
  name: 'comfyui.drawn',
  summary: 'What became of one prompt of a ComfyUI',
  *steps({ server: { origin, headers }, id }: DrawnInput): Asking<ComfyuiDrawn> {
    const options = { headers, bytes: 8_388_608, freshMs: anew };
    // The queue first: what ends between the two answers is in the second.
    const [queue, history] = yield* askAll([
      http(`${origin}/queue`, options),
      http(`${origin}/history/${encodeURIComponent(id)}`, options),
    ] as const);
    const entry = jsonAnswer(history, historySchema)?.[id];
    if (entry !== undefined) return outcome(entry);
    const jobs = jsonAnswer(queue, queueSchema);
    if (jobs === undefined || jsonAnswer(history, historySchema) === undefined) return { is: 'unknown' };
    if (jobs.queue_running.some(([, each]) => each === id)) return { is: 'runs' };
    return { is: jobs.queue_pending.some(([, each]) => each === id) ? 'waits' : 'lost' };
  },
});

function outcome({ outputs, status }: z.infer<typeof historySchema>[string]): ComfyuiDrawn {
  const at = (event: string) => status.messages.find(([name]) => name === event)?.[1].timestamp;
  const last = status.messages.at(-1);
  if (status.status_str !== 'success') {
    const { exception_message: said, node_type: type } = last?.[1] ?? {};
    const why =
      last?.[0] === 'execution_interrupted' ? 'somebody interrupted it' : clean(said ?? 'it does not say why').trim();
    return { is: 'failed', why: type == null ? why : `${clean(type)}: ${why}` };
  }
  const [began, ended] = [at('execution_start'), at('execution_success')];
  return {
    is: 'drawn',
    seconds: began === undefined || ended === undefined ? null : (ended - began) / 1_000,
    pictures: Object.values(outputs).flatMap(({ images }) => images),
  };
}
