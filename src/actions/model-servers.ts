import { z } from 'zod';
import type { Outcome } from '../core/action.ts';
import { captured } from '../core/capture.ts';
import type { HttpAnswer, HttpTrouble } from '../core/command.ts';
import type { Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import { isFailure, type Failure } from '../generate/failure.ts';
import { answerOf } from '../generate/server-question.ts';
import type { ModelServer } from '../probes/model-server.ts';

const queueSchema = z.object({ queue_running: z.array(z.unknown()), queue_pending: z.array(z.unknown()) });

/** How many jobs ComfyUI runs and has waiting. */
export function* jobsOf(server: ModelServer): Asking<{ readonly running: number; readonly pending: number } | Failure> {
  const answer = yield* answerOf(server, '/queue', queueSchema);
  if (isFailure(answer)) return answer;
  return { running: answer.queue_running.length, pending: answer.queue_pending.length };
}

const statsSchema = z.object({ devices: z.array(z.object({ type: z.string(), torch_vram_total: z.number() })) });

/**
 * Bytes that torch holds of the memory of GPUs for ComfyUI; null where it runs on a CPU, whose figures are those of the
 * machine.
 */
export function* heldByTorch(server: ModelServer): Asking<number | null | Failure> {
  const answer = yield* answerOf(server, '/system_stats', statsSchema);
  if (isFailure(answer)) return answer;
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
