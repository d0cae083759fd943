import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { captured } from '../../src/core/capture.ts';
import { http, type Command, type HttpAnswer, type HttpAsk, type HttpTrouble } from '../../src/core/command.ts';
import type { Session } from '../../src/core/session.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { has } from '../support/requires.ts';
import { freePort, plainUser, sshNode, startSshd, type Sshd } from '../support/sshd.ts';

let sshd: Sshd;
let session: Session;
let folder: string;
const transport = createSshTransport();
let plain: ReturnType<typeof plainUser>;
const servers: (Server | TcpServer)[] = [];

beforeAll(async () => {
  plain = plainUser();
  sshd = await startSshd();
  session = await transport.open(sshNode(sshd));
  folder = mkdtempSync(join(tmpdir(), 'rh-http-'));
  chmodSync(folder, 0o755);
});
afterAll(async () => {
  await transport.close();
  await sshd.stop();
  for (const server of servers) {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  }
  plain.remove();
  rmSync(folder, { recursive: true, force: true });
});

interface Site {
  url: string;
  connections(): number;
  requests: string[];
  server: Server;
}

/** A web server on loopback, or on a unix socket, that counts what reaches it. */
async function site(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  socket?: string,
): Promise<Site> {
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      requests.push(`${request.method} ${request.url} ${body}`);
      answer(request, response);
    });
  });
  server.on('connection', () => (connections += 1));
  servers.push(server);
  if (socket === undefined) server.listen(0, '127.0.0.1');
  else server.listen(socket);
  await once(server, 'listening');
  const url = socket === undefined ? `http://127.0.0.1:${(server.address() as AddressInfo).port}` : 'http://localhost';
  return { url, connections: () => connections, requests, server };
}

const body = (reply: HttpAnswer | HttpTrouble) => (reply.ok ? captured(reply.body) : reply.reason);

describe.skipIf(!has('sshd'))('requests on the node (needs sshd)', () => {
  test('status, headers and body come back, also of a failing service', async () => {
    const { url } = await site((_, response) => {
      response.writeHead(503, { 'x-why': ['a', 'b'] });
      response.end('{"status":"loading"}');
    });
    expect(await session.ask(http(`${url}/health?full=1`))).toMatchObject({
      ok: true,
      status: 503,
      headers: { 'x-why': 'a, b' },
      body: { head: '{"status":"loading"}' },
    });
  });

  test('a body is posted to a unix socket', async () => {
    const socket = join(folder, 'rpc.sock');
    const { requests } = await site((_, response) => response.end('done'), socket);
    const headers = { 'content-type': 'text/xml' };
    expect(body(await session.ask(http('http://localhost/RPC2', { socket, body: '<call/>', headers })))).toBe('done');
    expect(requests).toEqual(['POST /RPC2 <call/>']);
  });

  test('connections are kept for the next request to the same place', async () => {
    const { url, connections } = await site((_, response) => response.end('ok'));
    for (let round = 0; round < 20; round += 1) expect(body(await session.ask(http(url)))).toBe('ok');
    // A request that comes before the connection is free again may take a second one.
    expect(connections()).toBeLessThanOrEqual(2);
  });

  test('a kept connection that the server closed meanwhile is made anew', async () => {
    const { url, server, connections } = await site((_, response) => response.end('ok'));
    expect(body(await session.ask(http(url)))).toBe('ok');
    server.closeAllConnections();
    expect(body(await session.ask(http(url)))).toBe('ok');
    expect(connections()).toBe(2);
  });

  test('a request that makes something is sent once, whatever happens to it', async () => {
    const { url, requests } = await site((request, response) => {
      if (request.method === 'GET') response.end('ok');
      else request.socket.destroy();
    });
    await session.ask(http(url));
    const create: Command<'create', HttpAsk> = { ...http(url, { body: 'make' }), effect: 'create' };
    expect(await session.ask(create)).toMatchObject({ ok: false, reason: 'reset' });
    expect(requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });

  test('thirty requests at once to a slow and a quick place are all answered', async () => {
    const slow = await site((_, response) => setTimeout(() => response.end('slow'), 30));
    const quick = await site((_, response) => response.end('quick'));
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, index) => session.ask(http(index % 2 ? slow.url : quick.url))),
    );
    expect(replies.map(body)).toEqual(replies.map((_, index) => (index % 2 ? 'slow' : 'quick')));
  });

  test('of a large body head and tail are kept', async () => {
    const { url } = await site((_, response) => response.end(`begin${'x'.repeat(5_000_000)}end`));
    const reply = await session.ask(http(url, { bytes: 1_000 }));
    if (!reply.ok) throw new Error(reply.message);
    expect(reply.body.totalBytes).toBe(5_000_008);
    expect(reply.body.head).toMatch(/^beginx+$/);
    expect(reply.body.tail).toMatch(/^x+end$/);
  });

  test('from here, it is asked without the node', async () => {
    const { url } = await site((_, response) => response.end('direct'));
    expect(body(await session.ask(http(url, { from: 'here' })))).toBe('direct');
    const port = await freePort();
    expect(await session.ask(http(`http://127.0.0.1:${port}`, { from: 'here' }))).toMatchObject({ reason: 'refused' });
  });
});

describe.skipIf(!has('sshd'))('what is wrong is told apart (needs sshd)', () => {
  test('nobody listens: refused', async () => {
    const port = await freePort();
    expect(await session.ask(http(`http://127.0.0.1:${port}/`))).toMatchObject({ ok: false, reason: 'refused' });
  });

  test('no socket there: missing', async () => {
    const reply = await session.ask(http('http://localhost/', { socket: join(folder, 'absent.sock') }));
    expect(reply).toMatchObject({ ok: false, reason: 'missing' });
  });

  test('a socket that nobody serves any more: refused', async () => {
    const socket = join(folder, 'stale.sock');
    // Node removes the socket of a server that it closes, so another process leaves this one behind.
    const leave = `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
    expect(() => execFileSync(process.execPath, ['-e', leave])).toThrow('Command failed');
    expect(await session.ask(http('http://localhost/', { socket }))).toMatchObject({ ok: false, reason: 'refused' });
  });

  test('a socket that the login user may not use: denied', async () => {
    const socket = join(folder, 'root.sock');
    await site((_, response) => response.end('ok'), socket);
    chmodSync(socket, 0o600);
    const asPlain = await transport.open(sshNode(sshd, { ssh: { user: plain.name } }, 'plain'));
    expect(await asPlain.ask(http('http://localhost/', { socket }))).toMatchObject({ ok: false, reason: 'denied' });
    expect(asPlain.notes()).toEqual([]);
  });

  test('closed without an answer, and within one: reset', async () => {
    const mute = await site((request) => request.socket.destroy());
    expect(await session.ask(http(mute.url))).toMatchObject({ ok: false, reason: 'reset' });
    const cut = await site((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => request.socket.destroy());
    });
    expect(await session.ask(http(cut.url))).toMatchObject({ ok: false, reason: 'reset' });
  });

  test('something that does not speak HTTP: protocol', async () => {
    const server = createTcpServer((socket) => void socket.end('220 mail.example ESMTP\r\n')).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await session.ask(http(`http://127.0.0.1:${port}/`))).toMatchObject({ ok: false, reason: 'protocol' });
    expect(await session.ask(http(`https://127.0.0.1:${port}/`))).toMatchObject({ ok: false, reason: 'protocol' });
  });

  test('no answer before the deadline while the node itself answers: timeout', async () => {
    const { url } = await site(() => {});
    expect(await session.ask(http(url, { deadlineMs: 200 }))).toMatchObject({ ok: false, reason: 'timeout' });
  });

  test('given up by the caller: cancelled, and the request ends on the node', async () => {
    const ended = vi.fn<() => void>();
    const { url, requests } = await site((request) => request.socket.on('close', ended));
    const given = new AbortController();
    const asked = session.ask(http(url), given.signal);
    await vi.waitFor(() => expect(requests).toHaveLength(1), 20_000);
    given.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    await vi.waitFor(() => expect(ended).toHaveBeenCalled(), 20_000);
  });
});

describe.skipIf(!has('sshd'))('where sshd forwards nothing (needs sshd)', () => {
  test('the same is asked by commands, and the reader is told', async () => {
    const shut = await startSshd({ lines: ['AllowTcpForwarding no', 'AllowStreamLocalForwarding no'] });
    const socket = join(folder, 'shut.sock');
    const port = await site((_, response) => response.end('over a port'));
    await site((_, response) => response.end('over a socket'), socket);
    const behind = await transport.open(sshNode(shut, {}, 'shut'));
    expect(body(await behind.ask(http(port.url)))).toBe('over a port');
    expect(body(await behind.ask(http('http://localhost/', { socket })))).toBe('over a socket');
    expect(behind.notes()).toEqual([expect.stringContaining('HTTP'), expect.stringContaining('unix sockets')]);
    expect(body(await behind.ask(http(port.url)))).toBe('over a port');
    await shut.stop();
  });
});
