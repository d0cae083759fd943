import { connect as dial } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { OpsError } from '../core/errors.ts';
import { algorithms, offerFor } from './algorithms.ts';
import { connectError } from './connect-error.ts';
import { DroppedBeforeHandshake } from './handshakes.ts';
import { knownAlgorithms, verifyHostKey } from './host-keys.ts';
import { authMethods } from './identities.ts';
import { login, type Login } from './login.ts';
import type { Hop, Route } from './route.ts';

/** One logged-in ssh2 connection to a node. */
export interface Connection {
  readonly client: Client;
  /** Why it is gone, once it is. */
  lost(): OpsError | undefined;
  /** Calls `listener` once when the connection is gone; the returned function forgets it. */
  onLost(listener: (error: OpsError) => void): () => void;
  /** Gathers what is written until the end of this turn of the event loop into one packet train. */
  gather(): void;
  end(reason: OpsError): void;
}

interface Who {
  readonly name: string;
  readonly host_key: 'strict' | 'ephemeral';
}

/**
 * Logs in to every hop of a route, each through the one before.
 *
 * Errors: the codes of `connectError`, `HOST_KEY_*`, `KEY_UNREADABLE`, and `DroppedBeforeHandshake`.
 */
export async function connectRoute(route: Route, node: Who, signal: AbortSignal): Promise<Connection> {
  const logins = route.map((hop, index) => {
    const policy = index < route.length - 1 ? 'strict' : node.host_key;
    return loginTo(hop, node.name, (key) => verifyHostKey({ hop, key, policy, node: node.name }));
  });
  return walk(await Promise.all(logins), node.name, signal);
}

/** The host key that a machine shows, as in known_hosts (decoded), reached through `jumps`; nothing is trusted by it. */
export async function fetchHostKey(hop: Hop, jumps: readonly Hop[] = []): Promise<Buffer> {
  let shown: Buffer | undefined;
  const last: Login = {
    hop,
    methods: [],
    offer: algorithms,
    verify: (key) => {
      shown = key;
      return Promise.reject(new OpsError('CANCELLED', 'only the key was wanted'));
    },
  };
  const name = hop.host;
  const before = jumps.map((jump) =>
    loginTo(jump, name, (key) => verifyHostKey({ hop: jump, key, policy: 'strict', node: name })),
  );
  const walking = walk([...(await Promise.all(before)), last], name);
  const error: unknown = await walking.catch((thrown: unknown) => thrown);
  if (shown !== undefined) return shown;
  throw error instanceof DroppedBeforeHandshake ? connectError(error, hop, { node: name, jump: false }) : error;
}

const loginTo = async (hop: Hop, node: string, verify: Login['verify']): Promise<Login> => ({
  hop,
  methods: await authMethods(hop, node),
  offer: offerFor(await knownAlgorithms(hop)),
  verify,
});

/** Everything that the logins need is known by now: a socket that fails while nobody listens would end the program. */
async function walk(logins: readonly Login[], node: string, signal?: AbortSignal): Promise<Connection> {
  const [first] = logins;
  if (first === undefined) throw new OpsError('DEFECT', 'a route has at least one hop');
  const socket = dial({ host: first.hop.host, port: first.hop.port, noDelay: true });
  const aborted = () => socket.destroy();
  signal?.addEventListener('abort', aborted, { once: true });
  let reached: { client: Client; hop: Hop } | undefined;
  for (const [index, wanted] of logins.entries()) {
    const jump = index < logins.length - 1;
    try {
      const line: Duplex = reached === undefined ? socket : await forwarded(reached.client, wanted.hop);
      reached = { hop: wanted.hop, client: await login(wanted, line) };
    } catch (error) {
      socket.destroy();
      signal?.removeEventListener('abort', aborted);
      if (signal?.aborted) throw new OpsError('CANCELLED', `connecting to ${node} was cancelled`);
      if (error instanceof DroppedBeforeHandshake) throw error;
      throw error instanceof ForwardingRefused && reached
        ? connectError(error, reached.hop, { node, jump: true })
        : connectError(error, wanted.hop, { node, jump });
    }
  }
  signal?.removeEventListener('abort', aborted);
  const client = reached?.client;
  if (client === undefined) throw new OpsError('DEFECT', 'a route has at least one hop');
  return watched(client, node, {
    gather: () => {
      if (socket.writableCorked > 0) return;
      socket.cork();
      setImmediate(() => socket.uncork());
    },
    drop: () => socket.destroy(),
  });
}

class ForwardingRefused extends Error {}

const forwarded = (client: Client, { host, port }: Hop): Promise<Duplex> =>
  new Promise((resolve, reject) =>
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error === undefined) resolve(channel);
      // Reason 1 of RFC 4254, section 5.1: administratively prohibited.
      else if ('reason' in error && error.reason === 1)
        reject(new ForwardingRefused('it does not forward connections'));
      else reject(new Error(error.message.replace('(SSH) Channel open failure: ', '')));
    }),
  );

function watched(client: Client, node: string, { gather, drop }: { gather: () => void; drop: () => void }): Connection {
  const listeners = new Set<(error: OpsError) => void>();
  let lost: OpsError | undefined;
  const lose = (error: OpsError) => {
    if (lost) return;
    lost = error;
    drop();
    for (const listener of listeners) listener(error);
    listeners.clear();
  };
  client.on('error', (cause) => lose(linkLost(node, cause.message, cause)));
  client.on('end', () => lose(linkLost(node, 'it closed the connection')));
  client.on('close', () => lose(linkLost(node, 'the connection was closed')));
  return {
    client,
    gather,
    lost: () => lost,
    onLost(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    end(reason) {
      client.end();
      lose(reason);
    },
  };
}

const linkLost = (node: string, why: string, cause?: unknown): OpsError =>
  new OpsError('LINK_LOST', `The connection to ${node} was lost: ${why}.`, {
    cause,
    hint: 'What was being asked is unknown now. Ask again; the connection is made anew.',
  });
