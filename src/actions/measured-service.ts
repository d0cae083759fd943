import { z } from 'zod';
import { http } from '../core/command.ts';
import { ask, recent, type Asking } from '../core/probe.ts';
import type { Node } from '../core/node.ts';
import type { Health, Service } from '../core/service.ts';
import { healthFields } from '../checks/health-fields.ts';
import { serviceInput } from '../checks/managed.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { health, type HealthAnswer } from '../probes/health.ts';
import { anew } from '../probes/log-files.ts';
import { memory } from '../probes/memory.ts';
import { serviceDrift } from '../probes/service-drift.ts';
import { serviceStates } from '../probes/service-states.ts';

const bytes = z.number().nullable();

/** How a service does, in figures. Null is what nobody declares, or what the node does not tell. */
export const figuresSchema = z.object({
  /** `ok`, or what is not. */
  health: z.string().nullable(),
  /** Median of so many requests as `requests`, one after another; null where one had no good answer, and `probe` says it. */
  latencyMs: z.number().nullable(),
  probe: z.string(),
  gpuUsedBytes: bytes,
  gpuFreeBytes: bytes,
  memoryAvailableBytes: bytes,
  memoryTotalBytes: bytes,
  /** As its manager counts them. */
  restarts: z.number().nullable(),
  /** `none`: it runs as its manager's configuration on disk says. */
  drift: z.string().nullable(),
});
export type Figures = z.infer<typeof figuresSchema>;

/** An odd number: its middle is one that was really measured. */
export const requests = 5;
/** A completion of a language model may take its time. */
const requestMs = 30_000;

/** Asks for all of it anew. */
export function* measuredService(service: Service, node: Node): Asking<Figures> {
  const input = serviceInput(service, node);
  const well = yield* healthOf(service);
  const asked = yield* timed(service);
  const gpus = service.gpu ? yield* recent(gpuDevices.steps({ become: node.become }), anew) : undefined;
  const free = yield* recent(memory.steps({}), anew);
  const states = yield* recent(serviceStates.steps(input), anew);
  const drift = yield* recent(serviceDrift.steps(input), anew);
  const state = states.reachable ? states.services.find(({ unit }) => unit === input.unit) : undefined;
  const parts = gpus?.state === 'answered' ? gpus.gpus.flatMap((gpu) => gpu.memory ?? []) : [];
  const sum = (of: 'usedBytes' | 'freeBytes') =>
    parts.length === 0 ? null : parts.reduce((all, part) => all + part[of], 0);
  return {
    health: well,
    ...asked,
    gpuUsedBytes: sum('usedBytes'),
    gpuFreeBytes: sum('freeBytes'),
    memoryAvailableBytes: free.availableBytes,
    memoryTotalBytes: free.totalBytes,
    restarts: state?.restarts ?? null,
    drift: drift?.drift ?? null,
  };
}

function* healthOf(service: Service): Asking<string | null> {
  const wrong: string[] = [];
  for (const declared of service.health) {
    const { url, from, headers } = declared;
    const answer = yield* recent(health.steps({ url, from, headers }), anew);
    const trouble = troubleOf(answer, declared, service);
    if (trouble !== undefined) wrong.push(`${new URL(url).pathname} ${trouble}`);
  }
  return service.health.length === 0 ? null : wrong.length === 0 ? 'ok' : wrong.join('; ');
}

function troubleOf(answer: HealthAnswer, declared: Health, service: Service): string | undefined {
  if (!answer.answered) return `gives no answer (${answer.reason})`;
  if (answer.status !== declared.status) return `answers ${answer.status}`;
  const { own, overall, others } = healthFields(answer, declared, service);
  const fields = [...own, ...overall, ...others].map(({ field }) => field);
  return fields.length === 0 ? undefined : `tells of another ${fields.join(', ')} than declared`;
}

/** The request that tells how fast a service is. */
export function probeOf({ probe, health: [first] }: Service) {
  if (probe !== undefined) {
    const headers = probe.body === undefined ? {} : { 'content-type': 'application/json' };
    return { url: probe.url, from: 'node' as const, headers, body: probe.body, status: undefined };
  }
  return first === undefined ? undefined : { ...first, body: undefined };
}

function* timed(service: Service): Asking<Pick<Figures, 'latencyMs' | 'probe'>> {
  const request = probeOf(service);
  if (request === undefined) return { latencyMs: null, probe: 'There is no request to measure it by.' };
  const { url, from, headers, body, status } = request;
  const took: number[] = [];
  while (took.length < requests) {
    const how = { from, headers, ...(body !== undefined && { body }), deadlineMs: requestMs, freshMs: anew };
    const reply = yield* ask(http(url, how));
    if (!reply.ok) return { latencyMs: null, probe: `gave no answer (${reply.reason})` };
    if (status === undefined ? reply.status >= 400 : reply.status !== status)
      return { latencyMs: null, probe: `answered ${reply.status}` };
    took.push(reply.ms);
  }
  const middle = took.toSorted((a, b) => a - b)[Math.floor(requests / 2)] ?? 0;
  return { latencyMs: Math.round(middle * 10) / 10, probe: 'ok' };
}
