import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as secure } from 'node:tls';
import { Pool, type buildConnector } from 'undici';
import type { HttpAnswer, HttpAsk, HttpTrouble, HttpTroubleReason } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Hearing } from '../core/make.ts';
import { remembered } from '../core/remembered.ts';
import { createIntake } from './intake.ts';
import { TunnelFailure, type Target } from './tunnel.ts';

export type HttpReply = Omit<HttpAnswer, 'at' | 'ms'> | Omit<HttpTrouble, 'at' | 'ms'>;

// The server decides how long a connection is kept; it tells us by closing it.
const keepMs = 600_000;
const connectionsPerOrigin = 4;

const placeOf = remembered(({ url, socket }: HttpAsk) => {
  const { origin, pathname, search } = new URL(url);
  return { origin, key: socket === undefined ? origin : `${socket} ${origin}`, path: pathname + search };
});

interface Asking {
  readonly once?: boolean;
  readonly signal: AbortSignal;
  /** Only of a request that is sent `once`. */
  readonly hearing?: Hearing | undefined;
}

interface Origin {
  readonly pool: Pool;
  answered: boolean;
}

/**
 * Asks over connections that stay open, one small pool for each origin or unix socket.
 *
 * `open` makes the stream; without it they are made from this machine.
 * Errors: what `open` throws (`TunnelFailure` only where it does not tell the reason), and `LINK_LOST`.
 */
export function createHttpClient(open?: (target: Target) => Promise<Duplex>) {
  const origins = new Map<string, Origin>();

  function originOf(ask: HttpAsk): Origin {
    const { origin, key } = placeOf(ask);
    const known = origins.get(key);
    if (known) return known;
    const made = { pool: poolFor(origin, ask.socket, open), answered: false };
    origins.set(key, made);
    return made;
  }

  return {
    /** `once` uses a connection of its own, for requests that must not be sent twice. */
    async ask(ask: HttpAsk, { once = false, signal, hearing }: Asking): Promise<HttpReply> {
      if (once) {
        const pool = poolFor(placeOf(ask).origin, ask.socket, open);
        try {
          return await settled(exchange(pool, ask, signal, hearing));
        } finally {
          void pool.destroy();
        }
      }
      const origin = originOf(ask);
      const kept = origin.answered;
      try {
        const answer = await exchange(origin.pool, ask, signal);
        origin.answered = true;
        return answer;
      } catch (error) {
        // A kept connection that the server closed meanwhile fails before the first byte of an answer.
        return settled(
          kept && reasonOf(error) === 'reset' ? exchange(origin.pool, ask, signal) : Promise.reject(error),
        );
      }
    },
    close(): void {
      for (const { pool } of origins.values()) void pool.destroy();
      origins.clear();
    },
  };
}
export type HttpClient = ReturnType<typeof createHttpClient>;

function poolFor(origin: string, socket: string | undefined, open?: (target: Target) => Promise<Duplex>): Pool {
  return new Pool(origin, {
    connections: connectionsPerOrigin,
    keepAliveTimeout: keepMs,
    keepAliveMaxTimeout: keepMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(open ? { connect: connector(open, socket) } : socket !== undefined && { socketPath: socket }),
  });
}

function connector(open: (target: Target) => Promise<Duplex>, socket: string | undefined): buildConnector.connector {
  return ({ hostname, port, protocol }, deliver) => {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    const target =
      socket === undefined ? { host, port: Number(port || (protocol === 'https:' ? 443 : 80)) } : { socket };
    open(target).then(
      (stream) => {
        if (protocol === 'https:') {
          const name = isIP(host) === 0 ? { servername: host } : {};
          const encrypted = secure({ socket: stream, host, ...name, ALPNProtocols: ['http/1.1'] });
          const failed = (error: Error) => deliver(error, null);
          encrypted.once('error', failed);
          encrypted.once('secureConnect', () => {
            encrypted.off('error', failed);
            deliver(null, encrypted);
          });
        } else if (servesAsSocket(stream)) deliver(null, stream);
      },
      (error: unknown) => deliver(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

/** undici's types ask for a socket of the operating system; it works on any duplex stream. */
const servesAsSocket = (stream: Duplex): stream is Socket => stream.writable;

function exchange(pool: Pool, ask: HttpAsk, signal: AbortSignal, hearing?: Hearing): Promise<HttpReply> {
  const { path } = placeOf(ask);
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: Record<string, string> = {};
    let abort: ((reason: Error) => void) | undefined;
    const body = createIntake(ask.bytes, hearing, (trouble) => {
      over();
      resolve(trouble);
      abort?.(new Error(trouble.message));
    });
    const aborted = () => {
      over();
      reject(new OpsError('CANCELLED', `${ask.url} was given up`));
      abort?.(new Error('given up'));
    };
    const over = () => {
      signal.removeEventListener('abort', aborted);
      body.close();
    };
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    pool.dispatch(
      { path, method: ask.method, headers: ask.headers, body: ask.body ?? null },
      {
        onRequestStart(controller) {
          abort = (reason) => controller.abort(reason);
          if (signal.aborted) aborted();
        },
        onResponseStart(_, code, fields) {
          status = code;
          body.begin(code);
          headers = Object.fromEntries(
            Object.entries(fields).map(([name, value]) => [name, [value ?? []].flat().join(', ')]),
          );
        },
        onResponseData: (_, chunk) => body.push(chunk),
        onResponseEnd() {
          over();
          resolve({ ok: true, status, headers, body: body.end() });
        },
        onResponseError(_, error) {
          over();
          reject(status === 0 ? error : new CutShort(error.message, { cause: error }));
        },
      },
    );
  });
}

/** The answer had begun when the connection ended. */
class CutShort extends Error {}

async function settled(exchanging: Promise<HttpReply>): Promise<HttpReply> {
  try {
    return await exchanging;
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined || !(error instanceof Error)) throw error;
    return { ok: false, reason, message: error.message };
  }
}

const reasons: Readonly<Record<string, HttpTroubleReason>> = {
  ECONNREFUSED: 'refused',
  ENOENT: 'missing',
  EACCES: 'denied',
  EPERM: 'denied',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  ENOTFOUND: 'refused',
  EAI_AGAIN: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
};

/** Undefined for what is no trouble of the service: the link, or a tunnel that sshd did not make. */
function reasonOf(error: unknown): HttpTroubleReason | undefined {
  if (error instanceof OpsError) return undefined;
  if (error instanceof CutShort) return 'reset';
  if (error instanceof TunnelFailure)
    return error.why === 'refused' || error.why === 'unresolved' ? 'refused' : undefined;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? 'protocol';
}
