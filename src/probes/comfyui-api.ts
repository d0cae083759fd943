import { z } from 'zod';
import { captured } from '../core/capture.ts';
import { http, type HttpTroubleReason } from '../core/command.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { clean } from '../core/text.ts';
import { jsonAnswer } from './json-answer.ts';
import type { ModelServer } from './model-server.ts';

interface Device {
  readonly name: string;
  readonly type: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}
interface Job {
  readonly id: string;
  /** Since when it runs, epoch ms of the node's clock; null where this release does not tell. */
  readonly sinceMs: number | null;
}

/** What a ComfyUI says of itself. Source: recordings of 0.33.0 and 0.3.64. */
export type ComfyuiApi =
  | {
      readonly says: 'stats';
      readonly ms: number;
      readonly version: string;
      /** It was started with `--cpu`. */
      readonly wantsCpu: boolean;
      readonly devices: readonly Device[];
      /** Null where it does not say what it is at. */
      readonly queue: { readonly running: Job | null; readonly waiting: number } | null;
    }
  /** Nobody said where it answers. */
  | { readonly says: 'unasked' }
  | { readonly says: 'other'; readonly status: number; readonly excerpt: string }
  | { readonly says: 'nothing'; readonly reason: HttpTroubleReason; readonly message: string; readonly ms: number };

const statsSchema = z.object({
  system: z.object({
    comfyui_version: z.string().default('of unknown version'),
    argv: z.array(z.string()).default([]),
  }),
  devices: z.array(z.object({ name: z.string(), type: z.string(), vram_total: z.number(), vram_free: z.number() })),
});
/** Number, id, graph, what came with it, outputs. */
const jobSchema = z.tuple(
  [z.number(), z.string(), z.unknown(), z.object({ create_time: z.number().optional() })],
  z.unknown(),
);
const queueSchema = z.object({ queue_running: z.array(jobSchema), queue_pending: z.array(z.unknown()) });
const historySchema = z.record(
  z.string(),
  z.object({ status: z.object({ messages: z.array(z.tuple([z.string(), z.object({ timestamp: z.number() })])) }) }),
);

/** Whole graphs stand in these answers. */
const graphBytes = 8_388_608;
const deadlineMs = 5_000;

export const comfyuiApi = defineProbe({
  name: 'comfyui.api',
  summary: 'What a ComfyUI says of its version, its devices and its queue',
  *steps(server: ModelServer | null): Asking<ComfyuiApi> {
    if (server === null) return { says: 'unasked' };
    const { origin, headers } = server;
    const [stats, queue] = yield* askAll([
      http(`${origin}/system_stats`, { headers, bytes: 262_144, deadlineMs }),
      http(`${origin}/queue`, { headers, bytes: graphBytes, deadlineMs }),
    ] as const);
    if (!stats.ok) return { says: 'nothing', reason: stats.reason, message: clean(stats.message), ms: stats.ms };
    const parsed = jsonAnswer(stats, statsSchema);
    if (parsed === undefined) {
      const excerpt = clean(captured(stats.body)).replaceAll(/\s+/g, ' ').trim().slice(0, 120);
      return { says: 'other', status: stats.status, excerpt };
    }
    const jobs = jsonAnswer(queue, queueSchema);
    const [running] = jobs?.queue_running ?? [];
    const ended = running === undefined ? null : yield* lastEnded(server);
    return {
      says: 'stats',
      ms: stats.ms,
      version: clean(parsed.system.comfyui_version),
      wantsCpu: parsed.system.argv.includes('--cpu'),
      devices: parsed.devices.map(({ name, type, vram_total: totalBytes, vram_free: freeBytes }) => ({
        name: clean(name),
        type: clean(type),
        totalBytes,
        freeBytes,
      })),
      queue:
        jobs === undefined
          ? null
          : {
              running:
                running === undefined ? null : { id: clean(running[1]), sinceMs: since(running[3].create_time, ended) },
              waiting: jobs.queue_pending.length,
            },
    };
  },
});

/** It runs one after the other: a job began when it was queued, or when the one before it ended. */
const since = (queuedMs: number | undefined, endedMs: number | null): number | null =>
  queuedMs === undefined ? null : Math.max(queuedMs, endedMs ?? 0);

/** When the last job ended, which `/queue` does not say; null where none has, or too much stands in the answer. */
function* lastEnded({ origin, headers }: ModelServer): Asking<number | null> {
  const reply = yield* ask(http(`${origin}/history?max_items=1`, { headers, bytes: graphBytes, deadlineMs }));
  const [entry] = Object.values(jsonAnswer(reply, historySchema) ?? {});
  return entry?.status.messages.at(-1)?.[1].timestamp ?? null;
}
