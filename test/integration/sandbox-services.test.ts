import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startSandbox, type Sandbox } from '../../sandbox/index.ts';
import { until } from '../support/until.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(() => sandbox.stop());

test('the planted incident shows as on a real node, and ends when the model is whole', async () => {
  const fleet = parse(await readFile(sandbox.fleetPath, 'utf8')) as {
    nodes: { sandbox: { services: Record<'api' | 'llama', { health: [{ url: string }] }> } };
  };
  const { api, llama } = fleet.nodes.sandbox.services;
  const health = async () => {
    const answer = await fetch(api.health[0].url);
    return [answer.status, await answer.json()];
  };
  const pm2Says = async (name: string) => (await sandbox.services()).find((service) => service.name === name);

  await until(async () => ((await pm2Says('llama'))?.restarts ?? 0) >= 2, 20_000);
  expect(await pm2Says('worker')).toMatchObject({ name: 'worker', status: 'online', restarts: 0 });
  expect(await readFile(join(sandbox.folder, 'pm2/logs/llama-error.log'), 'utf8')).toContain(
    "error loading model: tensor 'blk.0.ffn_down.weight' data is not within the file bounds, model is corrupted or incomplete",
  );
  expect(await health()).toEqual([503, { status: 'degraded', api: 'ok', llama: 'down' }]);

  await copyFile(sandbox.wholeModel, sandbox.model);
  await expect.poll(async () => (await health())[0], { timeout: 20_000 }).toBe(200);
  expect(await (await fetch(llama.health[0].url)).json()).toEqual({ status: 'ok' });
});

describe('nothing stays behind', () => {
  const script = `
    import { startSandbox } from './sandbox/index.ts';
    const starting = startSandbox();
    if (process.argv[1] !== 'at once') await starting;
    console.log('now');
    if (process.argv[1] === 'exit') process.exit(0);
  `;

  test.each([
    ['SIGTERM', 'SIGTERM', 'started'],
    ['SIGINT', 'SIGINT', 'started'],
    ['a signal while it starts', 'SIGTERM', 'at once'],
    ['the end of its process', null, 'exit'],
  ] as const)('after %s', async (_, signal, when) => {
    const tmp = mkdtempSync(join(tmpdir(), 'rackhand-ending-'));
    const words = ['--import', 'tsx', '--input-type=module', '-e', script, when];
    const child = spawn(process.execPath, words, {
      env: { ...process.env, TMPDIR: tmp },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    if (signal !== null) child.kill(signal);
    expect(await exited).toEqual(signal === null ? [0, null] : [null, signal]);
    expect(readdirSync(tmp).filter((name) => name.startsWith('rackhand-sandbox-'))).toEqual([]);
    await expect.poll(() => runningIn(tmp)).toEqual([]);
    rmSync(tmp, { recursive: true });
  });
});

/** The command lines of processes whose environment names the folder; one that has ended has none. */
function runningIn(folder: string): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const names = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
      return names ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : [];
    } catch {
      return [];
    }
  });
}
