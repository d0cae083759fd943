import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { OpsError, opsError } from '../core/errors.ts';
import { mustBeLoopback, namesThisMachine } from './loopback.ts';
import { routeOf, type Answer, type Route } from './route.ts';

export interface HttpServer {
  readonly url: string;
  /** Takes no more requests, answers those that it has taken, and ends. */
  close(): Promise<void>;
}

interface Options {
  readonly routes: readonly Route[];
  readonly host: string;
  readonly port: number;
  /** Answers that are worked on at the same time; more are told to come again. */
  readonly mostAnswers?: number;
  /** A client that is slower than this is not waited for. */
  readonly patienceMs?: number;
}

const headers = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Answers GET in JSON, on an address that only this machine reaches.
 *
 * Errors: `USAGE` for another address, or a port that can't be had.
 */
export async function serveHttp({
  routes,
  host,
  port,
  mostAnswers = 32,
  patienceMs = 5_000,
}: Options): Promise<HttpServer> {
  mustBeLoopback(host);
  const underWay = new Map<string, Promise<Answer>>();
  let closing = false;

  /** Who asks what is being asked waits for the same answer, so that many who ask cost a node no more than one. */
  function answered(path: string, query: string): Promise<Answer> {
    const key = `${path}?${query}`;
    const same = underWay.get(key);
    if (same !== undefined) return same;
    const found = routeOf(routes, path);
    if (found === undefined) return Promise.resolve(said(404, `There is no ${path} here.`));
    if (underWay.size >= mostAnswers) return Promise.resolve(said(503, 'Too much is asked at once; ask again.'));
    const asked = { params: found.params, query: new URLSearchParams(query) };
    const answer = found.route.answer(asked).catch((thrown: unknown) => refused(opsError(thrown)));
    underWay.set(key, answer);
    void answer.finally(() => underWay.delete(key));
    return answer;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Nothing here is told anything: what is sent beside the question is not read, and not waited for.
    const hasBody =
      request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const { status, body } = !namesThisMachine(request.headers.host)
      ? said(403, 'The Host header names another machine than this one.')
      : request.method !== 'GET'
        ? said(405, 'Only GET is answered here.')
        : hasBody
          ? said(413, 'A question has no body here.')
          : await answered(path, query);
    const text = `${JSON.stringify(body)}\n`;
    response.writeHead(status, {
      ...headers,
      'content-length': Buffer.byteLength(text),
      ...(status === 405 && { allow: 'GET' }),
      ...((hasBody || closing) && { connection: 'close' }),
    });
    response.end(text);
  }

  const server = createServer(
    {
      maxHeaderSize: 8_192,
      headersTimeout: patienceMs,
      requestTimeout: patienceMs,
      connectionsCheckingInterval: patienceMs / 5,
    },
    (request, response) => void handle(request, response),
  );
  server.maxConnections = mostAnswers * 4;
  server.keepAliveTimeout = patienceMs;
  // One that does not read its answer holds a connection, and no longer than this.
  server.setTimeout(patienceMs * 4, (socket) => socket.destroy());
  server.listen(port, host);
  await once(server, 'listening').catch((thrown: unknown) => {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new OpsError('USAGE', `It can not listen on port ${port} of ${host}: ${why}.`, {
      hint: 'Give another one with --port.',
      cause: thrown,
    });
  });
  const bound = server.address();
  const given = typeof bound === 'object' && bound !== null ? bound.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${given}`,
    async close() {
      closing = true;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const enough = setTimeout(() => server.closeAllConnections(), patienceMs);
      await closed;
      clearTimeout(enough);
    },
  };
}

const said = (status: number, error: string): Answer => ({ status, body: { error } });

/** What went wrong, by whoever can mend it; a node that gives no answer is not known, as in every other answer. */
function refused({ message, hint, kind, code }: OpsError): Answer {
  const status = code === 'CANCELLED' ? 503 : { caller: 400, operator: 503, node: 503, us: 500 }[kind.blame];
  const known = code.startsWith('UNKNOWN_') ? 404 : status;
  return {
    status: known,
    body: { ...(known === 503 && { status: 'unknown' }), error: message, ...(hint !== undefined && { hint }) },
  };
}
