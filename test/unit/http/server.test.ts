import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { OpsError } from '../../../src/core/errors.ts';
import type { Route } from '../../../src/http/route.ts';
import { serveHttp } from '../../../src/http/server.ts';
import { until } from '../../support/until.ts';

/** A server whose route `/slow/:name` answers when it is let, and how often it was asked. */
async function slowServer(options: { mostAnswers?: number; patienceMs?: number } = {}) {
  const open: (() => void)[] = [];
  const asked: string[] = [];
  const routes: readonly Route[] = [
    {
      path: '/slow/:name',
      summary: 'Answers when it is let',
      async answer({ params, query }) {
        asked.push(params['name'] ?? '');
        await new Promise<void>((resolve) => open.push(resolve));
        return { status: 200, body: { name: params['name'], query: query.get('q') } };
      },
    },
    {
      path: '/fails/:code',
      summary: 'Fails',
      answer: ({ params }) =>
        Promise.reject(
          params['code'] === 'defect'
            ? new TypeError('x')
            : new OpsError('UNREACHABLE', 'It is gone.', { hint: 'Go on.' }),
        ),
    },
  ];
  const server = await serveHttp({ routes, host: '127.0.0.1', port: 0, ...options });
  onTestFinished(() => {
    for (const each of open) each();
    return server.close();
  });
  const get = async (path: string) => {
    const answer = await fetch(`${server.url}${path}`);
    return { status: answer.status, body: await answer.json() };
  };
  return { server, get, asked, letGo: () => open.splice(0).forEach((each) => each()) };
}

test('many who ask the same at once cost one answer', async () => {
  const { get, asked, letGo } = await slowServer();
  const answers = Promise.all([get('/slow/a?q=1'), get('/slow/a?q=1'), get('/slow/a?q=2')]);
  await until(() => asked.length === 2);
  letGo();
  expect((await answers).map(({ body }) => body)).toEqual([
    { name: 'a', query: '1' },
    { name: 'a', query: '1' },
    { name: 'a', query: '2' },
  ]);
});

test('more than it can work on are told to come again', async () => {
  const { get, asked, letGo } = await slowServer({ mostAnswers: 2 });
  const first = Promise.all([get('/slow/a'), get('/slow/b')]);
  await until(() => asked.length === 2);
  expect(await get('/slow/c')).toMatchObject({ status: 503, body: { error: expect.stringContaining('ask again') } });
  letGo();
  expect((await first).map(({ status }) => status)).toEqual([200, 200]);
});

test('says of trouble whose it is', async () => {
  const { get } = await slowServer();
  expect(await get('/fails/node')).toEqual({
    status: 503,
    body: { status: 'unknown', error: 'It is gone.', hint: 'Go on.' },
  });
  expect((await get('/fails/defect')).status).toBe(500);
});

test('a question with a body, or of which half comes, is not waited for', async () => {
  const { server } = await slowServer({ patienceMs: 100 });
  const { port } = new URL(server.url);
  const said = async (words: string) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(words);
    return await text(socket);
  };
  const [body, half] = await Promise.all([
    said('GET /slow/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nxx'),
    said('GET /slow/a HTTP/1.1\r\nHost: loc'),
  ]);
  expect(body).toMatch(/^HTTP\/1\.1 413 /);
  expect(half).toMatch(/^HTTP\/1\.1 408 /);
});

test('a port that is taken is told as that', async () => {
  const { server } = await slowServer();
  const port = Number(new URL(server.url).port);
  await expect(serveHttp({ routes: [], host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('EADDRINUSE'),
  });
});

test('closing waits for what it answers, and for no connection that is merely open', async () => {
  const { server, get, asked, letGo } = await slowServer();
  const idle = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(idle, 'connect');
  const last = get('/slow/a');
  await until(() => asked.length === 1);
  const closed = server.close();
  letGo();
  expect((await last).status).toBe(200);
  idle.destroy();
  await closed;
  await expect(fetch(server.url)).rejects.toThrow(/fetch failed/);
});
