import { z } from 'zod';
import { captured } from '../core/capture.ts';
import { http, read, stat, type HttpAnswer, type HttpTrouble } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { ask, askAll, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import type { ManagerAnswer, ManagerPlace } from '../core/service-manager.ts';
import { clean } from '../core/text.ts';
import { jsonValue } from './record.ts';

/** Where a container engine is found. */
export type EnginePlace = Pick<ManagerPlace, 'server' | 'become'>;

/** Why an engine can't be asked. */
export type EngineDown = Exclude<ManagerAnswer, { reachable: true }>;

/** What an engine says to a question: null where it knows no such thing. */
export type EngineAnswer<T> =
  | EngineDown
  | {
      readonly reachable: true;
      readonly via: string;
      /** Its own clock, in epoch seconds; null where it does not tell. */
      readonly clock: number | null;
      /** How long it took. */
      readonly ms: number;
      readonly value: T | null;
    };

const usualSocket = '/var/run/docker.sock';
const usualSockets = [usualSocket, '/run/docker.sock'];
/** An engine that hangs on a storage driver or on a mount answers nothing at all. */
export const engineDeadlineMs = 10_000;

export const engineSocket = ({ server }: EnginePlace): string => server?.replace(/^unix:\/\//, '') ?? usualSocket;

/** One question to an engine, for the answer of `engineRead`. A container's environment is never kept. */
export const engineQuestion = (place: EnginePlace, path: string, bytes = 4 * 1024 ** 2) =>
  http(`http://engine${path}`, {
    socket: engineSocket(place),
    become: place.become,
    deadlineMs: engineDeadlineMs,
    hidden: ['Env', 'CreateCommand'],
    bytes,
  });

/** Asks an engine one question. Errors: `OUTPUT_UNREADABLE` for an answer that makes no sense. */
export function* askEngine<T>(place: EnginePlace, path: string, schema: z.ZodType<T>): Asking<EngineAnswer<T>> {
  const asleep = yield* engineAsleep(place);
  if (asleep !== undefined) return asleep;
  return engineRead(yield* ask(engineQuestion(place, path)), place, schema);
}

/**
 * Why an engine must not be spoken to: systemd holds the socket of one that does not run, and whoever opens it starts it
 * with all its containers. Source: docker.socket of the packages; dockerd writes /run/docker.pid unless told otherwise.
 */
export function* engineAsleep(place: EnginePlace): Asking<EngineDown | undefined> {
  const socket = engineSocket(place);
  if (!usualSockets.includes(socket)) return undefined;
  const { become } = place;
  const pid = fileTextIfAny(yield* ask(read('/run/docker.pid', { bytes: 32, become })))?.trim() ?? '';
  const comm = /^\d+$/.test(pid) ? yield* ask(read(`/proc/${pid}/comm`, { bytes: 64 })) : undefined;
  if (comm !== undefined && fileTextIfAny(comm)?.trim() === 'dockerd') return undefined;
  const [unit, booted] = yield* askAll([
    stat('/lib/systemd/system/docker.socket', { freshMs: 60_000 }),
    stat('/run/systemd/system', { freshMs: 60_000 }),
  ] as const);
  if (!unit.ok || !booted.ok) return undefined;
  const say = `no dockerd runs (/run/docker.pid names none), and ${socket} was not opened, because systemd would start it`;
  return { reachable: false, reason: 'stopped', say };
}

/** Errors: `OUTPUT_UNREADABLE`. */
export function engineRead<T>(
  reply: HttpAnswer | HttpTrouble,
  place: EnginePlace,
  schema: z.ZodType<T>,
): EngineAnswer<T> {
  const via = engineSocket(place);
  if (!reply.ok) return engineDown(reply, via);
  const seconds = Date.parse(reply.headers['date'] ?? '') / 1_000;
  const said = { reachable: true, via, clock: Number.isNaN(seconds) ? null : seconds, ms: reply.ms } as const;
  if (reply.status === 404) return { ...said, value: null };
  if (reply.status !== 200) throw unreadable(via, `HTTP ${reply.status}${saidIn(reply)}`);
  if (reply.body.omittedBytes > 0) throw unreadable(via, `${reply.body.totalBytes} bytes, too many to read`);
  const value = schema.safeParse(jsonValue(captured(reply.body)));
  if (!value.success) throw unreadable(via, 'something that is no answer of a container engine');
  return { ...said, value: value.data };
}

const unreadable = (via: string, said: string) => new OpsError('OUTPUT_UNREADABLE', `${via} answers with ${said}.`);

const messageSchema = z.object({ message: z.string() });

/** `: no such container`, as engines explain an answer that is no success. */
export function saidIn({ body }: HttpAnswer): string {
  const answer = messageSchema.safeParse(jsonValue(captured(body)));
  return answer.success ? `: ${clean(answer.data.message).replace(/\s+/g, ' ').slice(0, 300)}` : '';
}

/** Errors: `OUTPUT_UNREADABLE` where what listens speaks no HTTP. */
function engineDown({ reason, message }: HttpTrouble, socket: string): EngineDown {
  const down = (why: EngineDown['reason'], say: string): EngineDown => ({ reachable: false, reason: why, say });
  switch (reason) {
    case 'missing':
      return down('absent', `its socket ${socket} does not exist`);
    case 'denied':
      return down('denied', `the login user may not open ${socket}`);
    case 'refused':
      return down('stale', `its socket ${socket} is left over: no engine listens there`);
    case 'timeout':
      return down('hangs', `it gave no answer at ${socket} within ${engineDeadlineMs / 1_000} s`);
    case 'reset':
      return down('shutting_down', `it closed the connection at ${socket} without an answer`);
    default:
      throw unreadable(socket, `something that is no HTTP (${clean(message)})`);
  }
}
