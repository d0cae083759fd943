import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Ask, Reply } from '../../src/core/command.ts';
import type { ManagerAnswer } from '../../src/core/service-manager.ts';
import { managerOrphans } from '../../src/checks/manager-orphans.ts';
import { servicePorts } from '../../src/checks/service-ports.ts';
import { serviceRunning } from '../../src/checks/service-running.ts';
import { serviceLogs } from '../../src/probes/service-logs.ts';
import { pm2 } from '../../src/services/pm2.ts';
import { drive } from '../support/drive.ts';
import { judge } from '../support/judge.ts';
import { managerConformance } from '../support/manager-conformance.ts';
import { testNode } from '../support/node.ts';
import { has } from '../support/requires.ts';
import { freePort } from '../support/sshd.ts';

const secret = 'hunter2-never-on-the-wire';
const folder = mkdtempSync(join(tmpdir(), 'rackhand-pm2-'));
const program = join('node_modules', '.bin', 'pm2');

const call = async (home: string, ...words: string[]) =>
  await promisify(execFile)(program, words, { env: { ...process.env, PM2_HOME: home, SECRET_TOKEN: secret } });

const daemonOf = (home: string) => Number(readFileSync(join(home, 'pm2.pid'), 'utf8'));

const list = (home: string, units: readonly string[] = []) => drive(pm2.list({ home }, units));
const stateOf = (answer: ManagerAnswer, unit: string) =>
  answer.reachable ? answer.services.find((state) => state.unit === unit) : undefined;

const until = (holds: () => Promise<boolean>) =>
  vi.waitFor(async () => expect(await holds()).toBe(true), { timeout: 30_000 });

const apps = [
  { name: 'steady', script: 'steady.js' },
  { name: 'crasher', script: 'crash.js', max_restarts: 100_000, restart_delay: 50 },
  { name: 'quitter', script: 'crash.js', max_restarts: 1, min_uptime: 60_000 },
  { name: 'by-hand', script: 'steady.js' },
  { name: 'pool', script: 'steady.js', exec_mode: 'cluster', instances: 2 },
];

describe('a real pm2', () => {
  const home = join(folder, 'home');

  beforeAll(async () => {
    writeFileSync(join(folder, 'steady.js'), "console.log('ready'); setInterval(() => {}, 1000);");
    writeFileSync(join(folder, 'crash.js'), "console.error('no model'); process.exit(7);");
    const file = join(folder, 'apps.json');
    writeFileSync(file, JSON.stringify({ apps: apps.map((app) => ({ ...app, cwd: folder })) }));
    await call(home, 'start', file);
    await call(home, 'stop', 'by-hand');
    await until(async () => stateOf(await list(home), 'quitter')?.state === 'failed');
  });

  afterAll(async () => {
    await call(home, 'kill');
    rmSync(folder, { recursive: true, force: true });
  });

  managerConformance({
    manager: pm2,
    place: () => ({ home }),
    noPlace: () => ({ home: join(folder, 'nobody') }),
    look: drive,
    units: { running: 'steady', crashing: 'crasher', stopped: 'by-hand', failed: 'quitter' },
  });

  test('never sends the environment of its apps, in which there is a secret', async () => {
    expect((await call(home, 'jlist')).stdout).toContain(secret);
    const seen: { ask: Ask; reply: Reply }[] = [];
    await drive(pm2.list({ home }, []), seen);
    expect(seen.some(({ ask }) => ask.kind === 'exec')).toBe(true);
    expect(JSON.stringify(seen)).not.toContain(secret);
  });

  test('counts instances of one name as one service', async () => {
    expect(stateOf(await list(home), 'pool')).toMatchObject({
      state: 'running',
      said: 'online (2 of 2 instances)',
      pid: null,
      restarts: 0,
    });
  });

  test('an app that crashes over and over is found flapping by two samples', async () => {
    const node = testNode({ services: { crasher: { manager: 'pm2', home } } });
    const [service] = node.services;
    if (service === undefined) throw new Error('no service');
    const first = await list(home, ['crasher']);
    const count = stateOf(first, 'crasher')?.restarts ?? 0;
    const second = await vi.waitFor(
      async () => {
        const answer = await list(home, ['crasher']);
        expect(stateOf(answer, 'crasher')?.restarts).toBeGreaterThan(count);
        return answer;
      },
      { timeout: 20_000 },
    );
    expect(serviceRunning.evaluate({ states: [first, second] }, service, node)).toMatchObject({
      status: 'critical',
      summary: expect.stringContaining('flaps'),
      next: [{ tool: 'log_tail', args: { node: 'gpu-1', service: 'crasher' } }],
    });
  });

  test('gives the logs that it writes', async () => {
    const input = { manager: 'pm2', place: { home }, unit: 'steady', logs: [], bytes: 4_096 } as const;
    // pm2 writes what an app said a moment after, and loses the last words of one that ends at once.
    const texts = await vi.waitFor(async () => {
      const found = await drive(serviceLogs.steps(input));
      const entries = Object.fromEntries(found.map(({ source, text }) => [source, text]));
      if (Object.values(entries).join('') === '') throw new Error('nothing is written yet');
      return entries;
    });
    expect(texts).toEqual({
      [join(home, 'logs', 'steady-out.log')]: 'ready\n',
      [join(home, 'logs', 'steady-error.log')]: '',
    });
  });

  test('is not started by a look where no daemon runs, nor by a daemon that died', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const seen: { ask: Ask; reply: Reply }[] = [];
    expect(await drive(pm2.list({ home: empty }, ['steady']), seen)).toMatchObject({
      reachable: false,
      reason: 'absent',
      say: expect.stringContaining('pm2 was not called'),
    });
    expect(seen.filter(({ ask }) => ask.kind === 'exec')).toEqual([]);
    expect(existsSync(join(empty, 'rpc.sock'))).toBe(false);

    const dying = join(folder, 'dying');
    await call(dying, 'ping');
    process.kill(daemonOf(dying), 'SIGKILL');
    await vi.waitFor(
      async () => expect(await list(dying)).toMatchObject({ reachable: false, reason: 'stale' }),
      20_000,
    );
    // The number of the dead daemon may belong to another program by now.
    for (const pid of [process.pid, daemonOf(home)]) {
      writeFileSync(join(dying, 'pm2.pid'), String(pid));
      expect(await list(dying)).toMatchObject({ reachable: false, reason: 'stale' });
    }
  });

  test.skipIf(!has('python3'))(
    'an app that outlives its daemon is found, also by a fresh daemon (needs python3)',
    async () => {
      const left = join(folder, 'left');
      const port = await freePort();
      writeFileSync(
        join(folder, 'serve.py'),
        `import socket, time\ns = socket.create_server(("127.0.0.1", ${port}))\ntime.sleep(600)\n`,
      );
      await call(left, 'start', join(folder, 'serve.py'), '--name', 'comfyui-gpu0', '--interpreter', 'python3');
      const service = { kind: 'comfyui', manager: 'pm2', unit: 'comfyui-gpu0', home: left, ports: [port] };
      const ports = async () => (await judge(servicePorts, service))[0];
      const orphans = async () => (await judge(managerOrphans, service))[0];
      await expect.poll(ports, { timeout: 20_000 }).toMatchObject({ status: 'ok' });
      expect(await orphans()).toMatchObject({ status: 'ok' });
      const pid = stateOf(await list(left), 'comfyui-gpu0')?.pid ?? 0;
      try {
        process.kill(daemonOf(left), 'SIGKILL');
        await vi.waitFor(async () => expect(await list(left)).toMatchObject({ reason: 'stale' }), 20_000);
        const held = expect.stringMatching(
          new RegExp(`^Port ${port} is held by process ${pid} .* pm2 can not be asked for`),
        );
        expect(await ports()).toMatchObject({ status: 'critical', restartHelps: 'after-fix', summary: held });
        expect(await orphans()).toMatchObject({
          status: 'degraded',
          summary: expect.stringContaining(`process ${pid} `),
        });
        await call(left, 'ping');
        expect(await list(left)).toMatchObject({ reachable: true, services: [] });
        expect(await ports()).toMatchObject({ status: 'critical', summary: expect.stringContaining('does not run') });
        expect(await orphans()).toMatchObject({ status: 'degraded' });
      } finally {
        process.kill(pid, 'SIGKILL');
        await call(left, 'kill');
      }
      expect(await orphans()).toMatchObject({ status: 'ok' });
    },
  );
});
