import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ManagerAnswer } from '../../src/core/service-manager.ts';
import { serviceLogs } from '../../src/probes/service-logs.ts';
import { supervisor } from '../../src/services/supervisor.ts';
import { drive, freshLine } from '../support/drive.ts';
import { managerConformance } from '../support/manager-conformance.ts';
import { has } from '../support/requires.ts';

const password = '50%:pass-word';
const programs = `
[program:steady]
command=/bin/sh -c 'echo ready; exec sleep 600'
[program:crasher]
command=/bin/sh -c 'exit 3'
startretries=1000
[program:by-hand]
command=/bin/sleep 600
autostart=false
[program:no-command]
command=/nonexistent/llama-server
startretries=0
[program:oneshot]
command=/bin/sh -c 'exit 0'
startsecs=0
autorestart=false
[program:broken]
command=/bin/sh -c 'exit 5'
startsecs=0
autorestart=false
[program:worker]
command=/bin/sleep 600
numprocs=2
process_name=%(program_name)s_%(process_num)02d
[program:stubborn]
command=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'
stopwaitsecs=3
`;

const folder = mkdtempSync(join(tmpdir(), 'rackhand-supervisor-'));
const running = new Map<string, ChildProcess>();

/** Starts a supervisord on a configuration of its own and waits until it answers. */
async function start(name: string, { servers = '', services = programs } = {}): Promise<string> {
  const config = join(folder, `${name}.conf`);
  const text = `[unix_http_server]
file=%(here)s/${name}.sock ; the socket
${servers}
[supervisord]
nodaemon=true
logfile=%(here)s/${name}.log
pidfile=%(here)s/${name}.pid
childlogdir=%(here)s
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/${name}.sock
${services}`;
  writeFileSync(config, text);
  running.set(name, spawn('supervisord', ['-n', '-c', config], { stdio: 'ignore' }));
  await until(async () => (await list(config)).reachable);
  return config;
}

async function end(name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const child = running.get(name);
  running.delete(name);
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

const until = (holds: () => Promise<boolean>) =>
  vi.waitFor(async () => expect(await holds()).toBe(true), { timeout: 20_000 });
const list = (config: string, units: readonly string[] = []) => drive(supervisor.list({ config }, units));
const stateOf = (answer: ManagerAnswer, unit: string) =>
  answer.reachable ? answer.services.find((state) => state.unit === unit) : undefined;

describe.skipIf(!has('supervisord'))('a real supervisord (needs supervisord)', () => {
  let config = '';

  beforeAll(async () => {
    config = await start('main');
    await until(async () => stateOf(await list(config), 'no-command')?.state === 'failed');
    await until(async () => stateOf(await list(config), 'steady')?.state === 'running');
  });

  afterAll(async () => {
    await Promise.all([...running.keys()].map((name) => end(name)));
    rmSync(folder, { recursive: true, force: true });
  });

  managerConformance({
    manager: supervisor,
    place: () => ({ config }),
    noPlace: () => ({ server: `unix://${join(folder, 'nope.sock')}` }),
    look: drive,
    units: { running: 'steady', crashing: 'crasher', stopped: 'by-hand', failed: 'no-command' },
  });

  test('is asked over its socket, without a process on the node', async () => {
    const seen: Parameters<typeof drive>[1] = [];
    const answer = await drive(supervisor.list({ config }, []), seen);
    expect(answer).toMatchObject({ via: `XML-RPC at ${join(folder, 'main.sock')}` });
    expect(seen.map(({ ask }) => ask.kind)).toEqual(['read', 'http']);
  });

  test('tells an expected end from another, with the exit code', async () => {
    const answer = await list(config);
    expect(stateOf(answer, 'oneshot')).toMatchObject({ state: 'finished', exitCode: 0 });
    expect(stateOf(answer, 'broken')).toMatchObject({ state: 'failed', exitCode: 5, said: 'EXITED Bad exit code 5' });
    expect(stateOf(answer, 'no-command')?.said).toBe("FATAL can't find command '/nonexistent/llama-server'");
  });

  test('knows numbered processes by group and name, and a lone program by either spelling', async () => {
    const answer = await list(config, ['worker:worker_01', 'worker', 'steady:steady']);
    expect(stateOf(answer, 'worker:worker_01')?.pid).toBeGreaterThan(0);
    expect(stateOf(answer, 'worker')?.state).toBe('missing');
    expect(stateOf(answer, 'steady:steady')?.pid).toBeGreaterThan(0);
  });

  test('gives the logs that it writes, after the declared ones, each once', async () => {
    const stdout = stateOf(await list(config), 'steady')?.logs.find((path) => path.includes('stdout')) ?? '';
    const logs = [folder, join(folder, 'nope.err'), stdout];
    const input = { manager: 'supervisor', place: { config }, unit: 'steady', logs, bytes: 4_096 } as const;
    const found = await drive(serviceLogs.steps(input));
    expect(found.map(({ source, text, trouble }) => [source, text, trouble])).toEqual([
      [folder, '', expect.stringContaining('directory')],
      [join(folder, 'nope.err'), '', expect.stringContaining('ENOENT')],
      [stdout, 'ready\n', undefined],
      [expect.stringContaining('steady-stderr'), '', undefined],
    ]);
  });

  test('is found by its address where the configuration is gone, and that is said', async () => {
    const place = { config: join(folder, 'gone.conf'), server: `unix://${join(folder, 'main.sock')}` };
    expect(await drive(supervisor.list(place, []))).toMatchObject({
      reachable: true,
      via: expect.stringContaining('gone.conf does not exist'),
    });
  });

  test('is asked by supervisorctl where only that understands the configuration', async () => {
    const unclear = join(folder, 'unclear.conf');
    writeFileSync(unclear, '[supervisorctl]\nserverurl=unix://%(ENV_RACKHAND_TEST_SOCKET)s\n');
    vi.stubEnv('RACKHAND_TEST_SOCKET', join(folder, 'main.sock'));
    const answer = await list(unclear, ['steady', 'nope']);
    vi.unstubAllEnvs();
    expect(answer).toMatchObject({ reachable: true, via: 'supervisorctl status' });
    expect(stateOf(answer, 'steady')).toMatchObject({ state: 'running', pid: expect.any(Number) });
    expect(stateOf(answer, 'no-command')?.state).toBe('failed');
    expect(stateOf(answer, 'nope')?.state).toBe('missing');
  });

  test('wants the password of its configuration, and a wrong one is told from none', async () => {
    const login = `username=ops\npassword=${password.replace('%', '%%')}`;
    const guarded = await start('guarded', { servers: login, services: '[program:one]\ncommand=/bin/sleep 600\n' });
    const server = `unix://${join(folder, 'guarded.sock')}`;
    expect(await list(guarded)).toMatchObject({ reachable: true });
    expect(await drive(supervisor.list({ server, auth: { user: 'ops', password } }, []))).toMatchObject({
      reachable: true,
    });
    expect(await drive(supervisor.list({ server, auth: { user: 'ops', password: 'no' } }, []))).toMatchObject({
      reason: 'unauthorized',
      say: expect.stringContaining('refuses'),
    });
    expect(await drive(supervisor.list({ server }, []))).toMatchObject({
      reason: 'unauthorized',
      say: expect.stringContaining('wants'),
    });
    await end('guarded');
    expect(await list(guarded)).toMatchObject({ reason: 'stopped' });
  });

  test('that lost its socket to a cleaner still runs, and that is said', async () => {
    const cleaned = await start('cleaned', { services: '' });
    unlinkSync(join(folder, 'cleaned.sock'));
    // A connection that is open lives on without the name of the socket.
    expect(await drive(supervisor.list({ config: cleaned }, []), [], freshLine())).toMatchObject({
      reason: 'cut_off',
      say: expect.stringContaining(`it runs as process ${running.get('cleaned')?.pid}, but its socket`),
    });
    await end('cleaned');
    expect(await list(cleaned)).toMatchObject({ reason: 'stopped' });
  });

  test('answers over its port', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    await start('ported', { servers: `[inet_http_server]\nport=127.0.0.1:${port}`, services: '' });
    const server = `http://127.0.0.1:${port}`;
    expect(await drive(supervisor.list({ server }, []))).toMatchObject({ reachable: true, services: [] });
    await end('ported');
    expect(await drive(supervisor.list({ server }, []))).toMatchObject({ reason: 'stopped' });
  });

  test('that is shutting down says so, and one that was killed leaves a stale socket', async () => {
    const slow = programs.slice(programs.indexOf('[program:stubborn]'));
    const ending = await start('ending', { services: slow });
    await expect.poll(async () => stateOf(await list(ending), 'stubborn')?.state, { timeout: 20_000 }).toBe('running');
    running.get('ending')?.kill('SIGTERM');
    await expect.poll(() => list(ending), { timeout: 20_000, interval: 20 }).toMatchObject({ reason: 'shutting_down' });
    await end('ending');

    const killed = await start('killed', { services: '' });
    await end('killed', 'SIGKILL');
    expect(await list(killed)).toMatchObject({ reachable: false, reason: 'stale' });
  });

  test('something else at its address is no supervisord', async () => {
    const other = createServer((_, reply) => reply.writeHead(404).end('nope')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(drive(supervisor.list({ server: `http://127.0.0.1:${port}` }, []))).rejects.toMatchObject({
      code: 'OUTPUT_UNREADABLE',
    });
    other.close();
  });
});
