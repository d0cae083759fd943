import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { captured } from '../../src/core/capture.ts';
import { http, list, read, run, space, stat, tail } from '../../src/core/command.ts';
import { opsError } from '../../src/core/errors.ts';
import type { Session } from '../../src/core/session.ts';
import { leftOf, pidsOf, uniqueSeconds } from './processes.ts';
import { until } from './until.ts';

export interface Opened {
  readonly session: Session;
  close(): Promise<void>;
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const nameOfAllSorts = `-a 'b' "c" \\ $HOME \`d\`\né漢🙂`;

const makeServer = () =>
  createServer((request, response) => {
    if (request.url === '/silent') return;
    if (request.url === '/reset') {
      request.socket.destroy();
      return;
    }
    request.resume().on('end', () => {
      response.writeHead(request.url === '/unhealthy' ? 503 : 200, {
        'content-type': 'application/json',
        'x-asked': request.headers['x-ask'] ?? '',
      });
      response.end(JSON.stringify({ method: request.method, name: 'é漢🙂' }));
    });
  });

const wedging = (word: string) => run(['sleep', word], { wedges: true, deadlineMs: 2_000 });

const stubborn = (seconds: string) =>
  run(['sh', '-c', `trap "" TERM; setsid sleep ${seconds} & sleep ${seconds} & sleep ${seconds}; sleep ${seconds}`], {
    deadlineMs: 1_500,
  });

/** What every transport owes to those who ask; the node of `open` has to be this machine. */
export function transportConformance(name: string, open: () => Promise<Opened>): void {
  describe(`${name} transport`, () => {
    let opened: Opened;
    let session: Session;
    let folder: string;
    let server: Server;
    let socketServer: Server;
    let url: string;
    const at = (...parts: string[]) => join(folder, ...parts);

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rh-conf-'));
      writeFileSync(at('log'), Array.from({ length: 2_000 }, (_, line) => `line ${line}\n`).join(''));
      writeFileSync(at(nameOfAllSorts), 'x');
      writeFileSync(at('.hidden'), '');
      writeFileSync(at('binary'), Buffer.from(Array.from({ length: 1_024 }, (_, index) => index % 256)));
      mkdirSync(at('empty'));
      symlinkSync('log', at('link'));
      symlinkSync('nowhere', at('dangling'));
      symlinkSync('loop', at('loop'));
      execFileSync('mkfifo', [at('fifo')]);
      server = makeServer().listen(0, '127.0.0.1');
      socketServer = makeServer().listen(at('socket'));
      await Promise.all([once(server, 'listening'), once(socketServer, 'listening')]);
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      opened = await open();
      ({ session } = opened);
    });
    afterAll(async () => {
      await opened?.close();
      server.closeAllConnections();
      socketServer.closeAllConnections();
      server.close();
      socketServer.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test('stat tells what a path leads to, and that it is a link', async () => {
      const [file, link, dangling, loop, fifo, missing, below] = await Promise.all(
        ['log', 'link', 'dangling', 'loop', 'fifo', 'missing', 'log/below'].map((name) => session.ask(stat(at(name)))),
      );
      expect(file).toMatchObject({ ok: true, type: 'file', size: 18_890, uid: 0 });
      expect(file).not.toHaveProperty('link');
      expect(link).toMatchObject({ ok: true, type: 'file', size: 18_890, link: 'log' });
      expect(dangling).toMatchObject({ ok: false, errno: 'ENOENT', link: 'nowhere' });
      expect(loop).toMatchObject({ ok: false, link: 'loop' });
      expect(fifo).toMatchObject({ ok: true, type: 'fifo' });
      expect(missing).toMatchObject({ ok: false, errno: 'ENOENT' });
      expect(below).toMatchObject({ ok: false, errno: expect.stringMatching(/^(?:ENOTDIR|ENOENT)$/) });
    });

    test('a name of all sorts of characters is found by stat, list and read', async () => {
      expect(await session.ask(stat(at(nameOfAllSorts)))).toMatchObject({ ok: true, size: 1 });
      const listed = await session.ask(list(folder));
      expect(listed.ok && listed.entries.map(({ name, type }) => `${type} ${name}`).sort()).toEqual(
        [
          `file ${nameOfAllSorts}`,
          'file .hidden',
          'file binary',
          'link dangling',
          'directory empty',
          'fifo fifo',
          'link link',
          'file log',
          'link loop',
          'socket socket',
        ].sort(),
      );
      const found = await session.ask(read(at(nameOfAllSorts)));
      expect(found.ok && text(found.bytes)).toBe('x');
    });

    test('list names what it can not list', async () => {
      expect(await session.ask(list(at('empty')))).toMatchObject({ ok: true, entries: [], omitted: 0 });
      expect(await session.ask(list(at('missing')))).toMatchObject({ ok: false, errno: 'ENOENT' });
      expect(await session.ask(list(at('log')))).toMatchObject({ ok: false });
    });

    test('list gives 2,000 entries and counts the others', async () => {
      mkdirSync(at('many'));
      for (let index = 0; index < 2_011; index += 1) writeFileSync(at('many', String(index)), '');
      const found = await session.ask(list(at('many')));
      rmSync(at('many'), { recursive: true });
      expect(found.ok && [found.entries.length, found.omitted]).toEqual([2_000, 11]);
    });

    test('read gives the bytes of a range, and none behind the end', async () => {
      const part = await session.ask(read(at('binary'), { offset: 200, bytes: 100 }));
      expect(part).toMatchObject({ ok: true, offset: 200, size: 1_024 });
      expect(part.ok && [...part.bytes]).toEqual(Array.from({ length: 100 }, (_, index) => (index + 200) % 256));
      const short = await session.ask(read(at('binary'), { offset: 1_000, bytes: 100 }));
      expect(short.ok && short.bytes.length).toBe(24);
      const beyond = await session.ask(read(at('binary'), { offset: 5_000, bytes: 100 }));
      expect(beyond.ok && beyond.bytes.length).toBe(0);
    });

    test('tail gives the end, also after the file was cut short', async () => {
      const found = await session.ask(tail(at('log'), { bytes: 20 }));
      expect(found).toMatchObject({ ok: true, offset: 18_870, size: 18_890 });
      expect(found.ok && text(found.bytes)).toBe('line 1998\nline 1999\n');
      writeFileSync(at('growing'), 'one\ntwo\n');
      await session.ask(tail(at('growing')));
      truncateSync(at('growing'), 4);
      const cut = await session.ask(tail(at('growing')));
      expect(cut.ok && text(cut.bytes)).toBe('one\n');
    });

    test('files that the kernel makes up are read whole', async () => {
      const found = await session.ask(read('/proc/meminfo'));
      expect(found.ok && text(found.bytes)).toMatch(/^MemTotal:.*\n$/s);
      const end = await session.ask(tail('/proc/meminfo', { bytes: 10 }));
      expect(end.ok && text(end.bytes)).toMatch(/^.{9}\n$/s);
    });

    test('what is no file is not read, and a pipe blocks nobody', async () => {
      expect(await session.ask(read(at('fifo')))).toMatchObject({ ok: false, errno: 'EINVAL' });
      expect(await session.ask(tail(at('empty')))).toMatchObject({ ok: false, errno: 'EISDIR' });
      expect(await session.ask(read(at('socket')))).toMatchObject({ ok: false });
      expect(await session.ask(read(at('dangling')))).toMatchObject({ ok: false, errno: 'ENOENT' });
      expect(await session.ask(read('/proc/self/mem'))).toMatchObject({ ok: false, errno: 'EIO' });
    });

    test('space is what df tells', async () => {
      const said = execFileSync('df', ['-P', '-B1', folder], { encoding: 'utf8' }).split('\n')[1]?.split(/\s+/) ?? [];
      const found = await session.ask(space(folder));
      expect(found).toMatchObject({ ok: true, totalBytes: Number(said[2]) + Number(said[3]) });
      expect(await session.ask(space(at('missing')))).toMatchObject({ ok: false, errno: 'ENOENT' });
    });

    test('http asks a port and a unix socket, and a 503 is an answer', async () => {
      const fine = await session.ask(http(`${url}/health`, { headers: { 'x-ask': 'one' } }));
      expect(fine).toMatchObject({
        ok: true,
        status: 200,
        headers: { 'content-type': 'application/json', 'x-asked': 'one' },
      });
      expect(fine.ok && JSON.parse(captured(fine.body))).toEqual({ method: 'GET', name: 'é漢🙂' });
      const posted = await session.ask(http(`${url}/`, { body: '<a>"\\\n</a>' }));
      expect(posted.ok && captured(posted.body)).toContain('"POST"');
      expect(await session.ask(http(`${url}/unhealthy`))).toMatchObject({ ok: true, status: 503 });
      expect(await session.ask(http('http://localhost/', { socket: at('socket') }))).toMatchObject({
        ok: true,
        status: 200,
      });
    });

    test('http tells apart why there is no answer', async () => {
      const gone = createServer().listen(0, '127.0.0.1');
      await once(gone, 'listening');
      const { port } = gone.address() as AddressInfo;
      gone.close();
      const asked = [
        http(`http://127.0.0.1:${port}/`),
        http('http://localhost/', { socket: at('missing') }),
        http(`${url}/reset`),
        http(`${url}/silent`, { deadlineMs: 3_000 }),
      ];
      const answers = await Promise.all(asked.map((command) => session.ask(command)));
      expect(answers.map((answer) => !answer.ok && answer.reason)).toEqual(['refused', 'missing', 'reset', 'timeout']);
    });

    test('exec keeps words, exit code and signal as they are', async () => {
      const said = await session.ask(run(['printf', '%s|', nameOfAllSorts, '', '-n', '$(id)', '*']));
      expect(captured(said.stdout)).toBe(`${nameOfAllSorts}||-n|$(id)|*|`);
      expect(await session.ask(run(['sh', '-c', 'exit 3']))).toMatchObject({ exitCode: 3, signal: null });
      expect(await session.ask(run(['sh', '-c', 'exit 255']))).toMatchObject({ exitCode: 255, signal: null });
      expect(await session.ask(run(['sh', '-c', 'kill -9 $$']))).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
      const missing = await session.ask(run(['no-such-program']));
      expect(missing.exitCode).toBe(127);
      expect(captured(missing.stderr)).toBe('no-such-program: not found\n');
    });

    test('exec gives its input to the program, byte for byte, and then an end', async () => {
      const stdin = `a\\b\\n${nameOfAllSorts}\n\n`;
      const said = await session.ask(run(['cat'], { stdin }));
      expect(captured(said.stdout)).toBe(stdin);
      const big = 'é\\\n'.repeat(50_000);
      expect(captured((await session.ask(run(['wc', '-c'], { stdin: big }))).stdout).trim()).toBe('200000');
      expect((await session.ask(run(['cat']))).exitCode).toBe(0);
    });

    test('exec has a plain environment and keeps the two outputs apart', async () => {
      const said = await session.ask(run(['sh', '-c', 'echo "$LC_ALL $TZ"; echo wrong >&2']));
      expect([captured(said.stdout), captured(said.stderr)]).toEqual(['C UTC\n', 'wrong\n']);
    });

    test('a big output is kept at both ends and counted', async () => {
      const { stdout } = await session.ask(run(['sh', '-c', 'seq 1 1000000'], { bytes: 10_000 }));
      expect(stdout.totalBytes).toBe(6_888_896);
      expect(stdout.omittedBytes).toBe(6_878_896);
      expect(stdout.head.startsWith('1\n2\n3\n')).toBe(true);
      expect(stdout.tail.endsWith('999999\n1000000\n')).toBe(true);
    });

    test.concurrent('at the deadline the whole tree on the node ends', async () => {
      const seconds = uniqueSeconds();
      await expect(session.ask(stubborn(seconds))).rejects.toMatchObject({ code: 'DEADLINE' });
      expect(await leftOf(seconds)).toEqual([]);
    });

    test.concurrent('a cancelled command ends with its whole tree', async () => {
      const seconds = uniqueSeconds();
      const stop = new AbortController();
      const asked = session.ask({ ...stubborn(seconds), deadlineMs: 30_000 }, stop.signal);
      const settled = asked.catch(opsError);
      await until(() => pidsOf(seconds).length === 3);
      stop.abort();
      expect(await settled).toMatchObject({ code: 'CANCELLED' });
      expect(await leftOf(seconds)).toEqual([]);
    });

    test('a command that was cancelled before it began never begins', async () => {
      const seconds = uniqueSeconds();
      await expect(session.ask(run(['sleep', seconds]), AbortSignal.abort())).rejects.toMatchObject({
        code: 'CANCELLED',
      });
      expect(pidsOf(seconds)).toEqual([]);
    });

    test.concurrent('looking leaves nothing in the background', async () => {
      const seconds = uniqueSeconds();
      await session.ask(run(['sh', '-c', `sleep ${seconds} >/dev/null 2>&1 &`]));
      expect(await leftOf(seconds)).toEqual([]);
    });

    test.concurrent('a program that hangs for good is not started again before it has ended', async () => {
      const seconds = uniqueSeconds();
      const first = session.ask(wedging(seconds)).catch(opsError);
      // Stopped with all that could end it, as a program that is stuck in the kernel would be.
      await until(() => pidsOf(seconds).length === 3);
      const stopped = pidsOf(seconds);
      for (const pid of stopped) process.kill(pid, 'SIGSTOP');
      expect(await first).toMatchObject({ code: 'DEADLINE' });
      await expect(session.ask(wedging('0'))).rejects.toMatchObject({ code: 'WEDGED' });
      for (const pid of stopped) process.kill(pid, 'SIGCONT');
      expect(await leftOf(seconds)).toEqual([]);
      await until(async () => (await session.ask(wedging('0')).catch(() => undefined))?.exitCode === 0);
    });

    test('20 commands at once all succeed', async () => {
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) => session.ask(run(['sh', '-c', `sleep 0.1; echo ${index}`]))),
      );
      expect(replies.map(({ stdout }) => captured(stdout))).toEqual(
        Array.from({ length: 20 }, (_, index) => `${index}\n`),
      );
    });

    test('50 questions about files at once are all answered', async () => {
      const replies = await Promise.all(
        Array.from({ length: 50 }, (_, index) => session.ask(read(at('log'), { offset: index * 10, bytes: 5 }))),
      );
      expect(replies.every((reply) => reply.ok && reply.bytes.length === 5)).toBe(true);
    });
  });
}
