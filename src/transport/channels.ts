import { OpsError } from '../core/errors.ts';
import { openFailure } from './call.ts';
import type { Connection } from './connection.ts';

// sshd allows 10 by default and frees one a moment after it is closed.
const channelsPerConnection = 8;
const connections = 3;
const patienceMs = 25;
const extraIdleMs = 30_000;
const raiseMs = 60_000;
const refusals = 12;

/** A session channel that is open, and the way to give its place back. */
export interface Held<T> {
  readonly channel: T;
  readonly connection: Connection;
  release(): void;
}

interface Lane {
  readonly connection: Connection;
  limit: number;
  busy: number;
  open: number;
  raiseAt: number;
  idle: NodeJS.Timeout | undefined;
}

interface Waiting {
  readonly take: (lane: Lane) => void;
  readonly fail: (error: OpsError) => void;
}

/**
 * Shares out the session channels of one node: at most 8 on a connection, fewer where sshd allows fewer, the rest wait;
 * when nothing gets free at once, up to two further connections are opened.
 *
 * `connectMore` opens one; `yielding` is asked to give up a channel that is held for good when nothing else can run.
 */
export function createChannels(first: Connection, connectMore: () => Promise<Connection>) {
  const lanes: Lane[] = [];
  const queue: Waiting[] = [];
  let opening = 0;
  let noMoreUntil = 0;
  let patience: NodeJS.Timeout | undefined;
  let yielding: (() => void) | undefined;

  function addLane(connection: Connection): void {
    const lane: Lane = {
      connection,
      limit: channelsPerConnection,
      busy: 0,
      open: 0,
      raiseAt: Number.POSITIVE_INFINITY,
      idle: undefined,
    };
    lanes.push(lane);
    connection.onLost((error) => {
      clearTimeout(lane.idle);
      lanes.splice(lanes.indexOf(lane), 1);
      if (connection !== first) return;
      clearTimeout(patience);
      for (const { fail } of queue.splice(0)) fail(error);
      for (const { connection: extra } of lanes.splice(0)) extra.end(error);
    });
    serve();
  }

  function free(): Lane | undefined {
    const now = performance.now();
    for (const lane of lanes) {
      if (lane.busy === lane.limit && lane.limit < channelsPerConnection && now > lane.raiseAt) {
        lane.limit += 1;
        lane.raiseAt = now + raiseMs;
      }
    }
    return lanes.find((lane) => lane.busy < lane.limit);
  }

  function serve(): void {
    for (let lane = free(); lane !== undefined && queue.length > 0; lane = free()) {
      lane.busy += 1;
      clearTimeout(lane.idle);
      queue.shift()?.take(lane);
    }
    clearTimeout(patience);
    if (queue.length > 0) patience = setTimeout(widen, patienceMs);
  }

  function widen(): void {
    const now = performance.now();
    const wanted = Math.ceil(queue.length / channelsPerConnection);
    if (now > noMoreUntil) {
      for (let more = 0; more < wanted && lanes.length + opening < connections; more += 1) {
        opening += 1;
        connectMore().then(
          (connection) => {
            opening -= 1;
            if (first.lost()) connection.end(first.lost() ?? stopped());
            else addLane(connection);
          },
          () => {
            opening -= 1;
            noMoreUntil = performance.now() + extraIdleMs;
            serve();
          },
        );
      }
    }
    const stuck = opening === 0 && lanes.length < connections && lanes.every(({ limit }) => limit === 1);
    if (stuck) yielding?.();
  }

  function leave(lane: Lane): void {
    lane.busy -= 1;
    if (lane.busy === 0 && lane.connection !== first) {
      clearTimeout(lane.idle);
      lane.idle = setTimeout(() => lane.connection.end(stopped()), extraIdleMs).unref();
    }
    serve();
  }

  function reserve(urgent: boolean, signal?: AbortSignal): Promise<Lane> {
    const lost = first.lost();
    if (lost) return Promise.reject(lost);
    return new Promise((resolve, reject) => {
      const aborted = () => {
        const at = queue.indexOf(waiting);
        if (at >= 0) queue.splice(at, 1);
        reject(new OpsError('CANCELLED', 'cancelled before a channel was free'));
      };
      const waiting: Waiting = {
        take: (lane) => {
          signal?.removeEventListener('abort', aborted);
          resolve(lane);
        },
        fail: (error) => {
          signal?.removeEventListener('abort', aborted);
          reject(error);
        },
      };
      if (signal?.aborted) return aborted();
      signal?.addEventListener('abort', aborted, { once: true });
      if (urgent) queue.unshift(waiting);
      else queue.push(waiting);
      serve();
    });
  }

  addLane(first);
  return {
    /** Opens a channel with `open` as soon as there is room. Errors: `REFUSED_BY_NODE` where sshd allows no session. */
    async take<T>(open: (connection: Connection) => Promise<T>, signal?: AbortSignal): Promise<Held<T>> {
      for (let refused = 0; ; refused += 1) {
        const lane = await reserve(refused > 0, signal);
        try {
          const channel = await open(lane.connection);
          lane.open += 1;
          let held = true;
          const release = () => {
            if (!held) return;
            held = false;
            lane.open -= 1;
            leave(lane);
          };
          return { channel, connection: lane.connection, release };
        } catch (error) {
          const noRoom = openFailure(error) !== undefined;
          if (noRoom) {
            lane.limit = Math.max(1, Math.min(lane.limit, lane.open));
            lane.raiseAt = performance.now() + raiseMs;
          }
          // A place is freed on the node a moment after we saw the channel close.
          if (noRoom && lane.open === 0) await new Promise((resolve) => setTimeout(resolve, 5 * 1.5 ** refused));
          leave(lane);
          if (!noRoom) throw error;
          if (refused === refusals) throw noSessions(error);
        }
      }
    },
    /** Names the holder of a lasting channel, who gives it up when called. */
    yieldWith(give: () => void): void {
      yielding = give;
    },
  };
}
export type Channels = ReturnType<typeof createChannels>;

const stopped = () => new OpsError('CANCELLED', 'the connection was closed here');
const noSessions = (cause: unknown) =>
  new OpsError('REFUSED_BY_NODE', 'sshd of the node opens no session.', {
    cause,
    hint: 'See MaxSessions in its sshd_config; 0 allows forwarding only.',
  });
