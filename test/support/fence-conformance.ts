import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alterByHttp, alterByRun } from '../../src/core/alter.ts';
import { captured } from '../../src/core/capture.ts';
import type { Ask, Command, ExecAsk } from '../../src/core/command.ts';
import { opsError } from '../../src/core/errors.ts';
import type { Session } from '../../src/core/session.ts';
import { takeNodeLock, type NodeLock } from '../../src/engine/node-lock.ts';
import type { Opened } from './conformance.ts';
import { testNode } from './node.ts';
import { leftOf, pidsOf, uniqueSeconds } from './processes.ts';
import { until } from './until.ts';

const leaseSeconds = 120;
const lost = { code: 'LOCK_LOST', kind: { retryable: false, exitCode: 75 } };

/** What every transport owes to a change; `seen` shows a path of the node as this process can read it. */
export function fenceConformance(name: string, open: () => Promise<Opened & { seen(path: string): string }>): void {
  describe(`a fence over ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let lock: NodeLock;
    let folder: string;
    let server: Server;
    let url: string;
    const requests: string[] = [];
    let lockFile: string;
    beforeAll(async () => {
      opened = await open();
      lockFile = opened.seen('/run/lock/rackhand.lock');
      folder = mkdtempSync(join(tmpdir(), 'rh-fence-'));
      server = createServer((request, response) => {
        void text(request).then((body) => {
          requests.push(`${request.method} ${request.url} ${body}`);
          if (request.url === '/reset') request.socket.destroy();
          else response.writeHead(201).end('made');
        });
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      lock = await lockOnceFree(opened.session, name);
    });
    afterAll(async () => {
      await lock?.release();
      await opened?.close();
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const fenced = <A extends Ask>(command: Command<'change', A>) => ({
      ...command,
      fence: { token: lock.token, leaseSeconds },
    });
    const ask = <A extends Ask>(command: Command<'change', A>, signal?: AbortSignal) =>
      opened.session.ask(fenced(command), signal);
    const sh = (script: string, ...args: string[]) => ask(alterByRun(['sh', '-c', script, 'x', ...args]));
    const touching = (): [Command<'change', ExecAsk>, () => boolean] => {
      const marker = join(folder, uniqueSeconds());
      return [alterByRun(['touch', marker]), () => existsSync(marker)];
    };

    test.concurrent('lets words, input and both outputs through as they are', async () => {
      const odd = `-a 'b' "c" \\ $HOME \`d\`\né漢🙂`;
      const stdin = `in\\n${odd}\n\n`;
      const words: ExecAsk['words'] = ['sh', '-c', 'cat; printf %s "$1"; echo wrong >&2', 'x', odd];
      const said = await ask(alterByRun(words, { stdin }));
      expect([captured(said.stdout), captured(said.stderr)]).toEqual([stdin + odd, 'wrong\n']);
      expect(captured((await ask(alterByRun(['wc', '-c'], { stdin: 'é\\\n'.repeat(50_000) }))).stdout).trim()).toBe(
        '200000',
      );
      expect(await ask(alterByRun(['cat']))).toMatchObject({ exitCode: 0, stdout: { totalBytes: 0 } });
    });

    test.concurrent('lets exit codes and signals through as they are, also those that it has itself', async () => {
      const codes = [0, 1, 2, 69, 73, 75, 77, 126, 127, 255];
      const ends: (number | null)[] = [];
      for (const code of codes) ends.push((await sh('exit "$1"', String(code))).exitCode);
      expect(ends).toEqual(codes);
      const killed = await Promise.all(['TERM', 'KILL'].map((signal) => sh('kill -"$1" $$', signal)));
      expect(killed).toMatchObject([{ signal: 'SIGTERM' }, { exitCode: null, signal: 'SIGKILL' }]);
      const missing = await ask(alterByRun(['no-such-program']));
      expect([missing.exitCode, captured(missing.stderr)]).toEqual([127, 'no-such-program: not found\n']);
    });

    test.concurrent('takes nothing that a program prints or ends with for a refusal', async () => {
      const said = await sh('printf "\\036%s passed\\036" "$RACKHAND" >&2; cat /run/lock/rackhand.lock >&2; exit 75');
      expect(said.exitCode).toBe(75);
      expect(captured(said.stderr)).toContain(lock.token);
    });

    test.concurrent('hands no file to the program', async () => {
      const said = captured((await sh('ls /proc/$$/fd')).stdout).split('\n');
      expect(said.filter((fd) => Number(fd) > 2 && Number(fd) < 10)).toEqual([]);
      expect(said).toContain('2');
    });

    test.concurrent('lets a request through once, whatever becomes of it', async () => {
      const made = await ask(alterByHttp(`${url}/make`, { body: '{"a": "é"}', headers: { 'x-a': 'b' } }));
      expect(made).toMatchObject({ ok: true, status: 201, body: { head: 'made' } });
      expect(await ask(alterByHttp(`${url}/reset`, { body: 'x' }))).toMatchObject({ ok: false, reason: 'reset' });
      expect(requests).toEqual(['POST /make {"a": "é"}', 'POST /reset x']);
    });

    test.concurrent('stands in the way of no end: a cancelled change ends with its whole tree', async () => {
      const seconds = uniqueSeconds();
      const stop = new AbortController();
      const script = `trap "" TERM; setsid sleep ${seconds} & sleep ${seconds} & sleep ${seconds}; sleep ${seconds}`;
      const asked = ask(alterByRun(['sh', '-c', script]), stop.signal);
      const settled = asked.catch(opsError);
      await Promise.race([until(() => pidsOf(seconds).length === 3), asked]);
      // Nothing is locked while it runs, else no other fence would open.
      expect(await sh(':')).toMatchObject({ exitCode: 0 });
      stop.abort();
      expect(await settled).toMatchObject({ code: 'CANCELLED' });
      expect(await leftOf(seconds)).toEqual([]);
    });

    test.concurrent('a change without one is not sent', async () => {
      const [wanted, ran] = touching();
      await expect(opened.session.ask(wanted)).rejects.toMatchObject({ code: 'DEFECT' });
      expect(ran()).toBe(false);
    });

    test('puts off the end of the lease', async () => {
      utimesSync(lockFile, 1, 1);
      await sh(':');
      expect(statSync(lockFile).mtimeMs).toBeGreaterThan(Date.now() + (leaseSeconds - 30) * 1_000);
    });

    test('calls a program unknown whose shell was killed beside it', async () => {
      await expect(sh('kill -9 $PPID')).rejects.toMatchObject({ code: 'LINK_LOST' });
    });

    test('stops a program and a request once the lock is gone, or another one’s', async () => {
      const [wanted, ran] = touching();
      const request = alterByHttp(`${url}/gone`, { body: 'x' });
      const own = readFileSync(lockFile);
      rmSync(lockFile);
      await expect(ask(wanted)).rejects.toMatchObject(lost);
      await expect(ask(request)).rejects.toMatchObject(lost);
      writeFileSync(lockFile, `${'0'.repeat(32)}\nbob\nr-9\n1700000000\n`);
      await expect(ask(wanted)).rejects.toMatchObject(lost);
      await expect(ask(alterByRun(['no-such-program']))).rejects.toMatchObject(lost);
      expect([ran(), requests.filter((one) => one.includes('gone'))]).toEqual([false, []]);
      writeFileSync(lockFile, own);
      await ask(wanted);
      expect(ran()).toBe(true);
    });
  });
}

/** This machine has one lock, and other tests may hold it for a while. */
async function lockOnceFree(session: Session, run: string): Promise<NodeLock> {
  for (;;) {
    try {
      return await takeNodeLock({ session, node: testNode(), owner: 'a test', run, leaseSeconds });
    } catch (thrown) {
      if (opsError(thrown).code !== 'NODE_BUSY') throw thrown;
    }
  }
}
