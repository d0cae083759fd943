import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { captured } from '../../src/core/capture.ts';
import { http } from '../../src/core/command.ts';
import { childExecutor } from '../../src/transport/child-executor.ts';
import { httpByExec } from '../../src/transport/http-exec.ts';
import { has } from '../support/requires.ts';
import { freePort } from '../support/sshd.ts';

const secret = 'Bearer s3cr3t-f00f';
const withoutCurl = 'without-curl';
const bare = 'bare';
let folder: string;
let server: Server;
let socketServer: Server;
let url: string;
let lastHeaders: IncomingMessage['headers'] = {};
const at = (name: string) => join(folder, name);

const serve = () =>
  createServer((request, response) => {
    lastHeaders = request.headers;
    if (request.url === '/silent') return;
    if (request.url === '/reset') {
      request.socket.destroy();
      return;
    }
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => request.socket.destroy());
      return;
    }
    if (request.url === '/big') {
      response.end('x'.repeat(1_000_000));
      return;
    }
    void text(request).then((body) => {
      const seen = commandLines().some((line) => line.includes('s3cr3t-f00f'));
      response.writeHead(request.url?.startsWith('/down') ? 503 : 200, { 'X-Two': ['a', 'b'], 'x-seen': String(seen) });
      response.end(`${request.method} ${request.url} ${body}`);
    });
  });

/** Everything that `ps` would show of this machine. */
const commandLines = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rh-http-'));
  chmodSync(folder, 0o755);
  server = serve().listen(0, '127.0.0.1');
  socketServer = serve().listen(at('socket'));
  await Promise.all([once(server, 'listening'), once(socketServer, 'listening')]);
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [place, programs] of [
    [withoutCurl, ['curl']],
    [bare, ['curl', 'python3']],
  ] as const) {
    mkdirSync(at(place));
    for (const program of programs) writeFileSync(join(at(place), program), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
  }
});
afterAll(() => {
  for (const one of [server, socketServer]) {
    one.closeAllConnections();
    one.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

const ways = {
  curl: childExecutor((line) => ['/bin/sh', '-c', line]),
  python3: childExecutor((line) => ['/bin/sh', '-c', `PATH=${at(withoutCurl)}:$PATH; export PATH; ${line}`]),
};

for (const [program, executor] of Object.entries(ways)) {
  describe.skipIf(!has(program))(`http by ${program} on the node`, () => {
    test('brings status, headers and body of any answer', async () => {
      expect(await httpByExec(executor, http(`${url}/down?a=b c&d`))).toMatchObject({
        ok: true,
        status: 503,
        headers: { 'x-two': 'a, b' },
        body: { head: 'GET /down?a=b%20c&d ' },
      });
    });

    test('sends headers and body as they are, and neither is seen in the list of processes', async () => {
      const body = '<a>"\\\n\té漢@/etc/passwd</a>';
      const command = http(`${url}/x`, { headers: { authorization: secret, 'content-type': 'text/xml' }, body });
      const reply = await httpByExec(executor, command);
      expect(reply).toMatchObject({ ok: true, status: 200, headers: { 'x-seen': 'false' } });
      expect(reply.ok && captured(reply.body)).toBe(`POST /x ${body}`);
      expect(lastHeaders).toMatchObject({ authorization: secret, 'content-type': 'text/xml' });
    });

    test('asks a unix socket', async () => {
      const reply = await httpByExec(executor, http('http://localhost/over', { socket: at('socket') }));
      expect(reply).toMatchObject({ ok: true, body: { head: 'GET /over ' } });
    });

    test('keeps both ends of a big body', async () => {
      const reply = await httpByExec(executor, http(`${url}/big`, { bytes: 1_000 }));
      expect(reply).toMatchObject({ ok: true, body: { totalBytes: 1_000_000, omittedBytes: 999_000 } });
    });

    test('tells apart why there is no answer', async () => {
      const port = await freePort();
      const asked = [
        http(`http://127.0.0.1:${port}/`),
        http('http://no-such-host.invalid/'),
        http('http://localhost/', { socket: at('missing') }),
        http(`${url}/reset`),
        http(`${url}/cut`),
        // Long enough for the program to start on a busy machine and give up by itself.
        http(`${url}/silent`, { deadlineMs: 8_000 }),
      ];
      const replies = await Promise.all(asked.map((command) => httpByExec(executor, command)));
      expect(replies.map((reply) => !reply.ok && reply.reason)).toEqual([
        'refused',
        'refused',
        'missing',
        'reset',
        'reset',
        'timeout',
      ]);
      expect(replies.every((reply) => !reply.ok && reply.message !== '')).toBe(true);
    });
  });
}

test.skipIf(!has('curl') || !has('runuser'))('a socket that the login user may not open is denied', async () => {
  chmodSync(at('socket'), 0o600);
  const nobody = childExecutor((line) => ['runuser', '-u', 'nobody', '--', '/bin/sh', '-c', line]);
  expect(await httpByExec(nobody, http('http://localhost/', { socket: at('socket') }))).toMatchObject({
    ok: false,
    reason: 'denied',
  });
});

test('a node with neither program says so', async () => {
  const without = childExecutor((line) => ['env', `PATH=${at(bare)}:/usr/bin:/bin`, '/bin/sh', '-c', line]);
  await expect(httpByExec(without, http(url))).rejects.toMatchObject({ code: 'REFUSED_BY_NODE' });
});
