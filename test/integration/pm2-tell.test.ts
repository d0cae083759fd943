import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Order } from '../../src/core/action.ts';
import type { Verb } from '../../src/core/service-manager.ts';
import { pm2 } from '../../src/services/pm2.ts';
import { pm2Tell } from '../../src/services/pm2-tell.ts';
import { drive } from '../support/drive.ts';
import { managerTold } from '../support/manager-told.ts';
import { rejection } from '../support/scratch-folder.ts';
import { put, send } from '../support/send-order.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'rackhand-pm2-tell-'));
const home = join(folder, 'home');
const secret = 'hunter2-of-the-app';

const call = async (...words: string[]) =>
  await promisify(execFile)(join('node_modules', '.bin', 'pm2'), words, {
    env: { ...process.env, PM2_HOME: home, SECRET_TOKEN: secret },
  });

const steady = (name: string, more: object = {}) => ({ name, script: 'steady.js', cwd: folder, ...more });
const apps = [
  steady('steady'),
  steady('by-hand'),
  // A stop in the moment of a start can be lost on pm2: the wait between two starts is long here.
  { name: 'crasher', script: 'crash.js', cwd: folder, max_restarts: 100_000, restart_delay: 5_000 },
  { name: 'quitter', script: 'crash.js', cwd: folder, max_restarts: 1, min_uptime: 60_000 },
  steady('pool', { exec_mode: 'cluster', instances: 2 }),
  steady('1'),
  steady('/x/'),
  { name: 'lingerer', script: 'linger.js', cwd: folder, kill_timeout: 20_000 },
  steady('watched', { watch: [join(folder, 'nothing')] }),
];

interface App {
  readonly name: string;
  readonly pm2_env: { readonly status: string; readonly restart_time: number; readonly env: Record<string, unknown> };
}
const appNow = async (wanted: string) =>
  (JSON.parse((await call('jlist')).stdout) as App[]).find(({ name }) => name === wanted);
const lingererStarts = () => readFileSync(join(folder, 'lingerer'), 'utf8').trim().split(' ').length;
/** Of all apps but the one that comes and goes by itself. */
const pidsNow = async () => {
  const answer = await drive(pm2.list({ home }, []));
  const states = answer.reachable ? answer.services : [];
  return new Map(
    states.filter(({ unit }) => unit !== 'crasher').map(({ unit, pid, pids }) => [unit, pids ?? [pid ?? 0]] as const),
  );
};
/** The names of those whose processes are all others now, and nothing where only some are. */
const movedBy = async (order: Order): Promise<readonly string[]> => {
  const before = await pidsNow();
  await send(order);
  const after = await pidsNow();
  return [...after].flatMap(([name, pids]) => (pids.every((pid) => before.get(name)?.includes(pid)) ? [] : [name]));
};
const orderOf = async (unit: string, verb: Verb): Promise<Order> => {
  const found = await drive(pm2Tell({ home }, unit, verb));
  if ('untold' in found) throw new Error(found.untold);
  return found;
};
/** What pm2 itself tells an app of its start. */
const own = /^(?:restart_time|pm_uptime|created_at|prev_restart_delay|exit_code|node_version|version)$/;
/** What the program saw at each of its starts. */
const environments = (name: string) =>
  readFileSync(join(folder, `env-${name}`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Object.entries(JSON.parse(line) as Record<string, string>).filter(([key]) => !own.test(key)))
    .map((entries) => Object.fromEntries(entries));

describe('a real pm2 that is told', () => {
  beforeAll(async () => {
    writeFileSync(
      join(folder, 'steady.js'),
      `require('node:fs').appendFileSync(${JSON.stringify(folder)} + '/env-' + process.env.name.replaceAll('/', '_'), JSON.stringify(process.env) + '\\n');
       setInterval(() => {}, 1000);`,
    );
    writeFileSync(join(folder, 'crash.js'), 'process.exit(7);');
    writeFileSync(
      join(folder, 'linger.js'),
      `require('node:fs').appendFileSync(${JSON.stringify(folder)} + '/lingerer', process.pid + ' ');
       process.on('SIGINT', () => setTimeout(() => process.exit(0), 8000));
       setInterval(() => {}, 1000);`,
    );
    writeFileSync(join(folder, 'nothing'), '');
    writeFileSync(join(folder, 'apps.json'), JSON.stringify({ apps }));
    await call('start', join(folder, 'apps.json'));
    await call('stop', 'by-hand');
    await until(async () => (await appNow('quitter'))?.pm2_env.status === 'errored', 20_000);
  }, 40_000);

  afterAll(async () => {
    await call('kill');
    rmSync(folder, { recursive: true, force: true });
  });

  managerTold({
    manager: pm2,
    place: () => ({ home }),
    noPlace: () => ({ home: join(folder, 'nobody') }),
    look: drive,
    units: { running: 'steady', crashing: 'crasher', stopped: 'by-hand', failed: 'quitter' },
  });

  test('leaves an app the environment it was started with, and counts the restart', async () => {
    const before = await appNow('steady');
    const starts = environments('steady').length;
    expect(await send(await orderOf('steady', 'restart'))).toEqual({ how: 'done', said: 'restarted 1 instance' });
    await until(() => environments('steady').length > starts);
    const after = await appNow('steady');
    expect(after?.pm2_env.env).toEqual(before?.pm2_env.env);
    expect(after?.pm2_env.restart_time).toBe((before?.pm2_env.restart_time ?? 0) + 1);
    const seen = environments('steady');
    expect(seen.at(-1)).toMatchObject({ SECRET_TOKEN: secret });
    expect(seen.at(-1)).toEqual(seen[0]);
  });

  test('starts every instance of a name anew, and nothing else', async () => {
    const before = (await pidsNow()).get('pool') ?? [];
    const order = await orderOf('pool', 'restart');
    expect(await movedBy(order)).toEqual(['pool']);
    const after = (await pidsNow()).get('pool') ?? [];
    expect(after).toHaveLength(2);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  });

  test.each(['1', '/x/'])('takes the name %j for nothing but a name', async (name) =>
    expect(await movedBy(await orderOf(name, 'restart'))).toEqual([name]),
  );

  test('does not stop an app whose files it watches, because it would start it again', async () => {
    const order = await orderOf('watched', 'stop');
    expect(await movedBy(order)).toEqual([]);
    expect(await send(order)).toEqual({ how: 'failed', said: 'pm2 watches its files and would start it again' });
  });

  test('carries out the restart of one app though the one who told it is gone', async () => {
    const { command } = await orderOf('lingerer', 'restart');
    const before = lingererStarts();
    const cut = new AbortController();
    const sent = rejection(put(command, cut.signal));
    await until(async () => {
      const answer = await drive(pm2.list({ home }, ['lingerer']));
      return answer.reachable && answer.services.some(({ unit, state }) => unit === 'lingerer' && state === 'stopping');
    });
    cut.abort();
    expect(await sent).toMatchObject({ code: 'CANCELLED' });
    expect(lingererStarts()).toBe(before);
    await until(() => lingererStarts() > before);
  });

  test('takes even an app that is called "all" for one app', async () => {
    await call('start', join(folder, 'steady.js'), '--name', 'all');
    expect(await movedBy(await orderOf('all', 'restart'))).toEqual(['all']);
  });

  test('tells no environment to the one who asks', async () => {
    const { command } = await orderOf('steady', 'restart');
    expect(JSON.stringify(await put(command))).not.toContain(secret);
  });
});
