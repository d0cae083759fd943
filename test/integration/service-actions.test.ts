import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serviceRestart } from '../../src/actions/service-restart.ts';
import { serviceStart } from '../../src/actions/service-start.ts';
import { serviceStop } from '../../src/actions/service-stop.ts';
import type { AnyAction, Change, Done, Outcome } from '../../src/core/action.ts';
import type { Node } from '../../src/core/node.ts';
import { beforeSchema } from '../../src/actions/service-now.ts';
import { drive } from '../support/drive.ts';
import { testNode } from '../support/node.ts';
import { has } from '../support/requires.ts';
import { rejection } from '../support/scratch-folder.ts';
import { put, send } from '../support/send-order.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';
import { until } from '../support/until.ts';

const planned = async (action: AnyAction, node: Node, service: string): Promise<Change> => {
  const plan = await drive(action.plan({ service }, node, []));
  if (!plan.can) throw new Error(plan.because);
  return plan;
};
const refusal = async (action: AnyAction, node: Node, service: string): Promise<string> => {
  const plan = await drive(action.plan({ service }, node, []));
  return plan.can ? plan.what : plan.because;
};
const carryOut = async (action: AnyAction, node: Node, service: string, change: Change): Promise<Outcome> =>
  await send(await drive(action.order({ service }, node, change)));
const done = async (action: AnyAction, node: Node, service: string, { before }: Change): Promise<Done> =>
  await drive(action.done({ service }, node, before));

/** From the wish to the proof that it was carried out, and back: how the last of it came out. */
async function walk(node: Node, service: string): Promise<Done> {
  const restart = await planned(serviceRestart, node, service);
  expect(await done(serviceRestart, node, service, restart)).toMatchObject({ is: 'not_done' });
  expect(await carryOut(serviceRestart, node, service, restart)).toMatchObject({ how: 'done' });
  await until(async () => (await done(serviceRestart, node, service, restart)).is === 'done');
  const first = await done(serviceRestart, node, service, restart);
  expect(first).toMatchObject({ mark: expect.stringMatching(/^(?:\d+:\d+,?)+$/) });
  expect(await done(serviceRestart, node, service, restart)).toEqual(first);

  const stop = await planned(serviceStop, node, service);
  expect(stop.world).toEqual(restart.world);
  expect(await done(serviceStop, node, service, stop)).toMatchObject({ is: 'not_done' });
  expect(await carryOut(serviceStop, node, service, stop)).toMatchObject({ how: 'done' });
  expect(await done(serviceStop, node, service, stop)).toEqual({ is: 'done', mark: 'stopped' });
  expect(await done(serviceRestart, node, service, restart)).toMatchObject({ is: 'unclear' });
  expect(await refusal(serviceStop, node, service)).toContain('does not run');

  const start = await planned(serviceStart, node, service);
  expect(start.world).not.toEqual(restart.world);
  expect(stop.undo).toMatchObject({ action: serviceStart.name });
  expect(await done(serviceStart, node, service, start)).toMatchObject({ is: 'not_done' });
  expect(await carryOut(serviceStart, node, service, start)).toMatchObject({ how: 'done' });
  await until(async () => (await done(serviceStart, node, service, start)).is === 'done');
  await until(async () => (await refusal(serviceStart, node, service)).includes('runs already'));
  return await done(serviceStart, node, service, start);
}

describe.skipIf(!has('supervisord'))('actions on services of a real supervisord (needs supervisord)', () => {
  let running: Supervisord | undefined;
  let node = testNode();

  beforeAll(async () => {
    running = await startSupervisord(`
[program:steady]
command=/bin/sleep 600
startsecs=0
[program:littering]
command=/bin/sh -c 'sleep 600 & wait'
startsecs=0
[program:clinging]
command=/bin/sh -c 'trap "" TERM; while :; do sleep 1; done'
startsecs=0
stopwaitsecs=1
[program:worker]
command=/bin/sleep 600
numprocs=2
process_name=%(program_name)s_%(process_num)02d
`);
    const { config } = running;
    const names = ['steady', 'littering', 'clinging', 'worker'];
    const services = Object.fromEntries(names.map((name) => [name, { manager: 'supervisor', config }]));
    node = testNode({ transport: 'local', services });
  });
  afterAll(() => running?.end());

  test('go from plan to proof, and back', async () => expect(await walk(node, 'steady')).toMatchObject({ is: 'done' }));

  test('do not call a service stopped of which a process is left', async () => {
    const change = await planned(serviceStop, node, 'littering');
    const { processes } = beforeSchema.parse(change.before);
    const child = processes.at(-1)?.pid ?? 0;
    expect(processes).toHaveLength(2);
    expect(await carryOut(serviceStop, node, 'littering', change)).toMatchObject({ how: 'done' });
    expect(await done(serviceStop, node, 'littering', change)).toMatchObject({
      is: 'unclear',
      say: expect.stringContaining(`process ${child} of it is left`),
    });
    process.kill(child, 'SIGKILL');
    await until(async () => (await done(serviceStop, node, 'littering', change)).is === 'done');
  });

  test('are not clear in the middle of a restart, and done after it though the line was cut', async () => {
    const change = await planned(serviceRestart, node, 'clinging');
    const { command } = await drive(serviceRestart.order({ service: 'clinging' }, node, change));
    const cut = new AbortController();
    const sent = rejection(put(command, cut.signal));
    await until(async () => (await refusal(serviceStop, node, 'clinging')).includes('is being stopped'));
    expect(await done(serviceRestart, node, 'clinging', change)).toMatchObject({ is: 'unclear' });
    cut.abort();
    expect(await sent).toMatchObject({ code: 'CANCELLED' });
    await until(async () => (await done(serviceRestart, node, 'clinging', change)).is === 'done', 20_000);
  });

  test('are not planned for a group', async () =>
    expect(await refusal(serviceRestart, node, 'worker')).toBe(
      'supervisor knows no worker; the nearest that it knows is worker:worker_00.',
    ));
});

describe('actions on services of a real pm2', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rackhand-actions-'));
  const home = join(folder, 'home');
  const call = async (...words: string[]) =>
    await promisify(execFile)(join('node_modules', '.bin', 'pm2'), words, { env: { ...process.env, PM2_HOME: home } });
  const pm2 = { manager: 'pm2', home };
  const node = testNode({ transport: 'local', services: { pool: pm2 } });

  beforeAll(async () => {
    writeFileSync(join(folder, 'steady.js'), 'setInterval(() => {}, 1000);');
    const pool = { name: 'pool', script: 'steady.js', cwd: folder, exec_mode: 'cluster', instances: 2 };
    writeFileSync(join(folder, 'apps.json'), JSON.stringify({ apps: [pool] }));
    await call('start', join(folder, 'apps.json'));
  });
  afterAll(async () => {
    await call('kill');
    rmSync(folder, { recursive: true, force: true });
  });

  test('go from plan to proof, and back, with every instance', async () =>
    expect(await walk(node, 'pool')).toMatchObject({ is: 'done' }));

  test('do not call a cluster restarted of which one instance is of before', async () => {
    const change = await planned(serviceRestart, node, 'pool');
    const { processes } = beforeSchema.parse(change.before);
    expect(processes).toHaveLength(2);
    await call('restart', '1');
    expect(await done(serviceRestart, node, 'pool', change)).toMatchObject({
      is: 'unclear',
      say: expect.stringContaining('only a part was restarted'),
    });
  });
});
