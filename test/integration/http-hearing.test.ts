import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { http } from '../../src/core/command.ts';
import { makeByHttp, type Hearing } from '../../src/core/make.ts';
import type { Session } from '../../src/core/session.ts';
import { createTransports } from '../../src/transport/transports.ts';
import { testNode } from '../support/node.ts';
import { has } from '../support/requires.ts';
import { sshNode, startSshd, type Sshd } from '../support/sshd.ts';

const ways = ['ssh', 'ssh that forwards nothing', 'openssh', 'local'] as const;
const transports = createTransports();
const sessions = new Map<string, Session>();
const sshds: Sshd[] = [];
let server: Server;
let url: string;
/** Of each path: what was asked there, and whether its client went away. */
const seen = new Map<string, { request: IncomingMessage; body: string; gone: boolean }>();
const goOn = new Map<string, () => void>();

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const path = request.url ?? '';
      const entry = { request, body, gone: false };
      seen.set(path, entry);
      response.on('close', () => (entry.gone = !response.writableFinished));
      if (path.endsWith('/missing')) {
        response.writeHead(404).end('{"error":"model \'x\' not found"}');
        return;
      }
      if (path.endsWith('/silent')) return;
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('one ');
      if (path.endsWith('/flood')) response.end('x'.repeat(100_000));
      if (path.endsWith('/cut')) response.write('half ', () => request.socket.destroy());
      // The end is written when the beginning was heard: a body that is handed on only whole never ends.
      goOn.set(path, () => response.end('two'));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sessions.set('local', await transports.open(testNode({ transport: 'local' }, 'here')));
  if (!has('sshd')) return;
  const [open, shut] = await Promise.all([startSshd(), startSshd({ lines: ['AllowTcpForwarding no'] })]);
  sshds.push(open, shut);
  sessions.set('ssh', await transports.open(sshNode(open)));
  sessions.set('ssh that forwards nothing', await transports.open(sshNode(shut, {}, 'shut')));
  if (!has('ssh')) return;
  const byAlias = { transport: 'openssh', ssh: { host: 'sandbox', config: open.sshConfig } };
  sessions.set('openssh', await transports.open(testNode(byAlias, 'alias')));
});
afterAll(async () => {
  await transports.close();
  server.closeAllConnections();
  server.close();
  await Promise.all(sshds.map((sshd) => sshd.stop()));
});

const needs = { ssh: ['sshd'], 'ssh that forwards nothing': ['sshd', 'curl'], openssh: ['sshd', 'ssh'], local: [] };

function ear(limits: Partial<Hearing> = {}) {
  const chunks: Uint8Array[] = [];
  const hearing: Hearing = { firstMs: 60_000, idleMs: 60_000, chunk: (bytes) => void chunks.push(bytes), ...limits };
  return { hearing, heard: () => Buffer.concat(chunks).toString() };
}

const pathOf = (address: string) => new URL(address).pathname;

describe.each(ways)('an answer that is heard over %s', (way) => {
  const isThere = needs[way].every((program) => has(program));
  const over = () => sessions.get(way) as Session;
  const at = (path: string) => `${url}/${way.replaceAll(' ', '-')}/${path}`;

  const put = (path: string, limits: Partial<Hearing> = {}, bytes?: number) =>
    over().ask(makeByHttp(at(path), { body: '{}', ...(bytes && { bytes }) }), undefined, ear(limits).hearing);

  test.skipIf(!isThere)(
    'comes while it is written, from the host and port of its URL, and is kept nowhere',
    async () => {
      const { hearing, heard } = ear();
      const address = at('drip');
      const asked = over().ask(makeByHttp(address, { body: '{"prompt":"s3cr3t"}' }), undefined, hearing);
      await vi.waitFor(() => expect(heard()).toBe('one '), 20_000);
      goOn.get(pathOf(address))?.();
      const body = { head: '', tail: '', totalBytes: 7 };
      expect(await asked).toMatchObject({ ok: true, status: 200, body });
      expect(heard()).toBe('one two');
      const { request, body: sent } = seen.get(pathOf(address)) ?? {};
      expect([request?.method, request?.headers.host, sent]).toEqual([
        'POST',
        new URL(url).host,
        '{"prompt":"s3cr3t"}',
      ]);
    },
  );

  test.skipIf(!isThere)('is in the reply where it is one of failure', async () => {
    const { hearing, heard } = ear();
    const reply = await over().ask(makeByHttp(at('missing'), { body: '{}' }), undefined, hearing);
    expect(reply).toMatchObject({ ok: true, status: 404, body: { head: '{"error":"model \'x\' not found"}' } });
    expect(heard()).toBe('');
  });

  test.skipIf(!isThere)('given up by its caller ends on the node', async () => {
    const { hearing, heard } = ear();
    const given = new AbortController();
    const address = at('held');
    const asked = over().ask(makeByHttp(address, { body: '{}' }), given.signal, hearing);
    await vi.waitFor(() => expect(heard()).toBe('one '), 20_000);
    given.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    await vi.waitFor(() => expect(seen.get(pathOf(address))?.gone).toBe(true), 20_000);
  });

  test.skipIf(!isThere)('that never begins, falls silent, breaks off or does not end is told apart', async () => {
    const [mute, stalled, flood, cut] = await Promise.all([
      put('silent', { firstMs: 200 }),
      put('stalled', { idleMs: 200 }),
      put('flood', {}, 10_000),
      put('cut'),
    ]);
    expect(mute).toMatchObject({ ok: false, gaveUp: 'silent', message: 'nothing of an answer came for 0.2 s' });
    expect(stalled).toMatchObject({ ok: false, gaveUp: 'silent', message: 'after 4 B nothing more came for 0.2 s' });
    expect(flood).toMatchObject({ ok: false, gaveUp: 'too_long', message: 'the answer is longer than 9.8 KiB' });
    expect(cut).toMatchObject({ ok: false, reason: 'reset' });
    for (const path of ['silent', 'stalled'])
      await vi.waitFor(() => expect(seen.get(pathOf(at(path)))?.gone).toBe(true), 20_000);
  });
});

test('a look is never heard, because it may be sent again', async () => {
  const asked = (sessions.get('local') as Session).ask(http(url), undefined, ear().hearing);
  await expect(asked).rejects.toMatchObject({ code: 'DEFECT' });
});
