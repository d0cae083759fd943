import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { signature, tellProgram, tellUrl } from '../../src/cli/watch-tell.ts';
import type { News } from '../../src/cli/watch-news.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { runProgram, startProgram } from '../support/run-program.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

let program: BuiltProgram;
beforeAll(async () => {
  program = await builtProgram('src/rackhand.ts');
});
afterAll(() => program.remove());

const news: News = { node: 'gpu-1', said: 'It broke.', was: 'ok', is: 'critical', causes: [], over: [], next: [] };
const signal = new AbortController().signal;
const about = (line: News) => line.causes.some(({ summary }) => summary.includes('must-be-there'));

/** A receiver that answers with one status after the other, the last one again. */
async function receiver(...statuses: readonly number[]) {
  const got: { readonly body: string; readonly signed: string | undefined }[] = [];
  const handle = async (request: Parameters<Parameters<typeof createServer>[1] & object>[0]) => {
    const signed = request.headers['x-rackhand-signature'];
    got.push({ body: await text(request), signed: typeof signed === 'string' ? signed : undefined });
    return statuses[Math.min(got.length, statuses.length) - 1] ?? 200;
  };
  const server = createServer((request, response) => {
    void handle(request).then((status) => response.writeHead(status, { location: '/elsewhere' }).end('heard'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, got };
}

/** A node that is this machine, judged by one file that must be there; how busy it is does not matter. */
function fleet() {
  const folder = scratchFolder();
  const path = folder.write('must-be-there', 'x');
  const fleetPath = folder.write('fleet.yaml', `nodes:\n  here:\n    transport: local\n    files: [${path}]\n`);
  return { path, fleetPath, folder };
}

test('tells what breaks and that it is over, to the terminal, a program and a URL, and each once', async () => {
  const { path, fleetPath, folder } = fleet();
  const heard = `${folder.path}/heard`;
  const hook = folder.write('hook.sh', `#!/bin/sh\ncat >>'${heard}'\n`, 0o755);
  const { url, got } = await receiver(200);
  const words = [
    'watch',
    'here',
    '--every=1',
    '--steady=1',
    '--hook',
    hook,
    '--webhook',
    url,
    '--secret-env=KEY',
    '--json',
  ];
  const { child, ended } = startProgram(program, [...words, '--fleet', fleetPath], { KEY: 'of-the-hook' });
  const lines: News[] = [];
  if (child.stdout === null) throw new Error('no stdout');
  const read = createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as News));
  rmSync(path);
  await expect.poll(() => lines.some(about)).toBe(true);
  writeFileSync(path, 'x');
  await expect.poll(() => lines.some(({ over }) => over.some((each) => each.startsWith('node.files')))).toBe(true);
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  read.close();
  expect(lines.filter(about)).toHaveLength(1);
  expect(readFileSync(heard, 'utf8')).toContain('must-be-there');
  const posted = got.find(({ body }) => body.includes('must-be-there'));
  const at = Number(/^t=(\d+),/.exec(posted?.signed ?? '')?.[1]) * 1_000;
  expect(posted?.signed).toBe(signature('of-the-hook', posted?.body ?? '', at)['x-rackhand-signature']);
});

test('ends after so many looks with the status of the nodes, and in quiet hours tells only what is critical', async () => {
  const { path, fleetPath } = fleet();
  rmSync(path);
  const quiet = ['watch', '--count=1', '--quiet=00:00-24:00', '--fleet', fleetPath];
  const { code, stdout } = await runProgram(program, quiet);
  expect(code).toBe(2);
  expect(stdout).toMatch(/CRITICAL {2}here is critical: .*must-be-there/);
});

test.each([
  [['--quiet=late'], '--quiet "late" must be like 22:00-07:00'],
  [['--secret-env=KEY'], 'there is no --webhook'],
  [['--secret-env=NOT_SET', '--webhook=http://127.0.0.1:9/'], 'The environment holds no NOT_SET'],
  [['--webhook=file:///etc/passwd'], 'webhook'],
  [['--every=0'], 'every'],
])('refuses %j', async (words, says) => {
  const { code, stderr } = await runProgram(program, ['watch', ...words, '--fleet', fleet().fleetPath]);
  expect([code, stderr]).toEqual([64, expect.stringContaining(says)]);
});

test('a program that fails, is not there or reads nothing is told of', async () => {
  const folder = scratchFolder();
  expect(await tellProgram(folder.write('fails.sh', '#!/bin/sh\nexit 3\n', 0o755), news, signal)).toMatch(
    /exit status 3/,
  );
  expect(await tellProgram(`${folder.path}/not-there`, news, signal)).toMatch(/could not be run: .*ENOENT/);
  expect(await tellProgram('/bin/true', news, signal)).toBeUndefined();
  const pwned = `${folder.path}/pwned`;
  expect(await tellProgram(`/bin/true; touch ${pwned}`, news, signal)).toMatch(/could not be run/);
  expect(existsSync(pwned)).toBe(false);
});

test('a URL is tried again, is not followed elsewhere, and what it keeps refusing is told of', async () => {
  const later = await receiver(503, 200);
  expect(await tellUrl(later.url, news, { secret: undefined, signal, apartMs: [1] })).toBeUndefined();
  expect(later.got.map(({ body, signed }) => [JSON.parse(body), signed])).toEqual([
    [news, undefined],
    [news, undefined],
  ]);
  const never = await receiver(500);
  expect(await tellUrl(never.url, news, { secret: undefined, signal, apartMs: [1, 1] })).toMatch(/HTTP status 500/);
  expect(never.got).toHaveLength(3);
  const away = await receiver(307);
  expect(await tellUrl(away.url, news, { secret: undefined, signal, apartMs: [] })).toMatch(/could not be told/);
  expect(away.got).toHaveLength(1);
});
