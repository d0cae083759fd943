import { setMaxListeners } from 'node:events';
import type { Command, Reply } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Hearing } from '../core/make.ts';
import type { Node } from '../core/node.ts';
import type { Session } from '../core/session.ts';
import type { Connection } from './connection.ts';
import { connectRoute } from './connection.ts';
import { addressOf } from './connect-error.ts';
import { createHandshakes, DroppedBeforeHandshake } from './handshakes.ts';
import { createHttpClient } from './http-client.ts';
import { createLine, type Line } from './line.ts';
import { sessionOf } from './session.ts';
import { resolveRoute } from './ssh-config.ts';

type Put = readonly [command: Command, signal?: AbortSignal, hearing?: Hearing];

interface Place {
  line: Line | undefined;
  /** Shared by all who want the line while it is made; forgotten when it fails. */
  connecting: Promise<Line> | undefined;
  asked: number;
  idle: NodeJS.Timeout | undefined;
}

/** Keeps one line to each node, makes it when it is wanted, and closes it when nobody used it for `idleMs`. */
export function createPool(idleMs: number) {
  const handshakes = createHandshakes();
  const here = createHttpClient();
  const places = new Map<string, Place>();
  const stopping = new AbortController();
  // Every connect in flight listens to it, so that a fleet is no leak.
  setMaxListeners(0, stopping.signal);

  function placeOf(node: Node): Place {
    const key = JSON.stringify([node.name, node.ssh, node.host_key]);
    const known = places.get(key);
    if (known) return known;
    const made: Place = { line: undefined, connecting: undefined, asked: 0, idle: undefined };
    places.set(key, made);
    return made;
  }

  async function connect(node: Node): Promise<Connection> {
    const { signal } = stopping;
    const route = await resolveRoute(node.ssh, signal);
    try {
      return await handshakes(addressOf(route[0]), () => connectRoute(route, node, signal), signal);
    } catch (error) {
      if (signal.aborted) throw closed();
      throw error instanceof DroppedBeforeHandshake ? dropped(node, error) : error;
    }
  }

  async function makeLine(place: Place, node: Node): Promise<Line> {
    try {
      const connection = await connect(node);
      const line = createLine(connection, () => connect(node), here);
      place.line = line;
      connection.onLost(() => {
        place.line = undefined;
        clearTimeout(place.idle);
      });
      rest(place);
      return line;
    } finally {
      place.connecting = undefined;
    }
  }

  function rest(place: Place): void {
    clearTimeout(place.idle);
    if (place.asked > 0 || place.line === undefined) return;
    const close = () => {
      // A program that hangs is known by its open channel, so that no second one is started.
      if (place.line?.busy()) rest(place);
      else if (place.asked === 0) place.line?.connection.end(closed());
    };
    place.idle = setTimeout(close, idleMs).unref();
  }

  async function lineOf(place: Place, node: Node, signal?: AbortSignal): Promise<Line> {
    if (stopping.signal.aborted) throw closed();
    place.connecting ??= makeLine(place, node);
    return signal === undefined ? place.connecting : unlessAborted(place.connecting, signal);
  }

  async function ask(place: Place, node: Node, ...[command, signal, hearing]: Put): Promise<Reply> {
    place.asked += 1;
    try {
      const line = place.line ?? (await lineOf(place, node, signal));
      return await line.ask(command, signal, hearing);
    } finally {
      place.asked -= 1;
      rest(place);
    }
  }

  return {
    async open(node: Node, signal?: AbortSignal): Promise<Session> {
      const place = placeOf(node);
      if (place.line === undefined) await lineOf(place, node, signal);
      return sessionOf(
        (...put) => ask(place, node, ...put),
        () => [...unproven(node), ...(place.line?.notes() ?? [])],
      );
    },
    async close(): Promise<void> {
      stopping.abort(closed());
      const making = [...places.values()].flatMap(({ connecting }) => connecting ?? []);
      await Promise.allSettled(making);
      for (const { line } of places.values()) line?.connection.end(closed());
      here.close();
    },
  };
}

function unlessAborted<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(new OpsError('CANCELLED', 'cancelled while connecting'));
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    void shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}

const unproven = ({ name, host_key }: Node): readonly string[] =>
  host_key === 'ephemeral' ? [`The host key of ${name} is not checked (host_key: ephemeral).`] : [];

const closed = () => new OpsError('CANCELLED', 'The connections were closed here.');
const dropped = (node: Node, cause: Error) =>
  new OpsError('UNREACHABLE', `${node.name} closes every connection before a word is said (${cause.message}).`, {
    cause,
    hint: 'Its sshd is overrun (MaxStartups) or bans this address, or something else listens on that port.',
  });
