import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { instancesApply } from '../../../src/actions/instances-apply.ts';
import { instancesRestore } from '../../../src/actions/instances-restore.ts';
import { loadInstances } from '../../../src/actions/load-instances.ts';
import { sha256 } from '../../../src/core/sha256.ts';
import { actions } from '../../../src/actions/index.ts';
import type { Node } from '../../../src/core/node.ts';
import { comfyuiInstances } from '../../../src/checks/comfyui-instances.ts';
import { comfyuiStart } from '../../../src/playbooks/comfyui-start.ts';
import { pm2Apps, type Pm2App } from '../../../src/services/pm2-apps.ts';
import { playbookRun } from '../../../src/tools/playbook-run.ts';
import type { playData } from '../../../src/tools/play-report.ts';
import { runUndo } from '../../../src/tools/run-undo.ts';
import { createSshTransport } from '../../../src/transport/ssh.ts';
import type { z } from 'zod';
import { onThisMachine } from '../../support/carry-out.ts';
import { testNode } from '../../support/node.ts';
import { callTool } from '../../support/call-tool.ts';
import { changeOps, freeHand } from '../../support/change-ops.ts';
import { drive } from '../../support/drive.ts';
import { startLane, type Lane } from '../../support/lane.ts';
import { canMakeRooms } from '../../support/lock-room.ts';
import { startPm2, type Pm2 } from '../../support/pm2-daemon.ts';
import { nodeShells, runScript, type Shell } from '../../support/node-script.ts';
import { has } from '../../support/requires.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { freePort } from '../../support/sshd.ts';
import { startSupervisord, type Supervisord } from '../../support/supervisord.ts';
import { until } from '../../support/until.ts';

const isAble = has('sshd') && has('supervisord') && has('python3') && canMakeRooms;
const standIn = new URL('../../../sandbox/programs/comfyui-instance.py', import.meta.url);
const transport = createSshTransport();
const folder = mkdtempSync(join(tmpdir(), 'rh-instances-'));
const steady = 'setInterval(() => {}, 1000);';
const brakesOff = {
  ...freeHand,
  limits: { cooldownSeconds: 0, restartsPer30Min: 99, restartsPer7Days: 99, breakerNodes: 99 },
};
let pm2: Pm2;
let supervisord: Supervisord;
let lane: Lane;
let other: Lane;
const closing: (() => Promise<void>)[] = [];

/** A folder with the stand-in of ComfyUI in it, and ports of its own. */
async function install(name: string) {
  const path = join(folder, name);
  mkdirSync(path);
  copyFileSync(standIn, join(path, 'main.py'));
  let portStart = await freePort();
  while (portStart > 65_000) portStart = await freePort();
  return { path, portStart };
}

type Installed = Awaited<ReturnType<typeof install>>;

/** The tools on a node with these instances. */
function on(on: Lane, { path, portStart }: Installed, instances: Record<string, unknown>, services: object = {}) {
  const node = on.node({
    comfyui: {
      path,
      instances: {
        portStart,
        manager: 'pm2',
        startSeconds: 20,
        quietSeconds: 1,
        restartDelayMs: 100,
        maxRestarts: 2,
        ...instances,
      },
    },
    services,
    // Else each look at what has just been started takes ten seconds.
    thresholds: { youngSeconds: 0.1 },
    simulated: ['comfyui'],
  });
  const state = mkdtempSync(join(folder, 'state-'));
  const { ops, close } = changeOps({ state, transport, nodes: [node], actions, policy: brakesOff });
  closing.push(close);
  return {
    node,
    start: async () =>
      await callTool<z.output<typeof playData>>(ops, playbookRun, { playbook: comfyuiStart.name, nodes: ['gpu-1'] }),
    apply: async () =>
      await ops.change({ tool: 'test', node, why: '', steps: [{ action: instancesApply.name, args: {} }] }),
    undo: async (run = '') => await callTool(ops, runUndo, { run }),
    look: async () =>
      (await (await ops.look(node)).survey([comfyuiInstances])).map(({ status, summary }) => `${status}: ${summary}`),
  };
}

async function appsNow(): Promise<ReadonlyMap<string, Pm2App>> {
  const found = await drive(pm2Apps({ home: pm2.home }));
  if ('lives' in found) throw new Error('no daemon');
  return new Map(found.apps.map((app) => [app.name, app]));
}
const pidsNow = async () => Object.fromEntries([...(await appsNow())].map(([name, { pid }]) => [name, pid]));
const call = (...words: string[]) =>
  execFileSync(join('node_modules', '.bin', 'pm2'), words, {
    env: { ...process.env, PM2_HOME: pm2.home },
    stdio: 'pipe',
  });
/** What pm2 would bring back at a boot. */
const saved = (): string[] =>
  (JSON.parse(readFileSync(join(pm2.home, 'dump.pm2'), 'utf8')) as { name: string }[])
    .map(({ name }) => name)
    .toSorted();

describe.skipIf(!isAble)('one ComfyUI for each GPU (needs sshd, supervisord, python3, root and unshare)', () => {
  beforeAll(async () => {
    [pm2, supervisord, lane, other] = await Promise.all([
      startPm2({ worker: steady, neighbour: steady }),
      startSupervisord(
        `[supervisorctl]\nserverurl=unix://%(here)s/supervisor.sock\n[include]\nfiles = ${folder}/conf.d/*.conf\n[program:neighbour]\ncommand=/bin/sleep 1000\n`,
      ),
      startLane(),
      startLane(),
    ]);
    mkdirSync(join(folder, 'conf.d'));
    call('stop', 'worker');
  });
  afterAll(async () => {
    await transport.close();
    await Promise.all([...closing.map((close) => close()), pm2.end(), supervisord.end(), lane.close(), other.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('under pm2: brought up, left alone, changed where they differ, kept from what is taken, and taken back', async () => {
    const installed = await install('ComfyUI');
    const { path, portStart } = installed;
    const ecosystem = join(folder, 'comfyui.config.json');
    const worker = {
      worker: { kind: 'worker', manager: 'pm2', home: pm2.home, needs: ['comfyui-gpu0'], quietSeconds: 1 },
    };
    const three = { gpus: 3, home: pm2.home, output: join(folder, 'out put') };

    // A port that something else has: nothing is started, and nothing is written.
    const stranger = createServer((socket) => socket.destroy()).listen(portStart + 1, '127.0.0.1');
    const taken = await on(lane, installed, three, worker).start();
    expect(taken).toMatchObject({
      status: 'critical',
      data: { nodes: [{ state: 'escalated', remedy: 'free_the_port' }] },
    });
    expect(taken.summary).toContain(`Port ${portStart + 1} is held by process ${process.pid}`);
    expect(existsSync(ecosystem)).toBe(false);
    await new Promise((resolve) => stranger.close(resolve));

    // A GPU that one has which nobody manages.
    const orphan = spawn('python3', [join(path, 'main.py'), '--port', String(await freePort())], {
      env: { ...process.env, CUDA_VISIBLE_DEVICES: '2' },
      stdio: 'ignore',
    });
    const shared = await on(lane, installed, three).apply();
    expect(shared.state).toBe('refused');
    expect(shared.said).toMatch(new RegExp(`GPU 2 of comfyui-gpu2 is taken: process ${orphan.pid} .* has GPU 2`));
    expect(existsSync(ecosystem)).toBe(false);
    orphan.kill('SIGKILL');
    await new Promise((resolve) => orphan.once('exit', resolve));

    // One that dies after its start: the row stops, with what it wrote, and all of it is taken back.
    writeFileSync(join(path, 'fail'), '2');
    const dead = await on(lane, installed, { ...three, startSeconds: 2 }, worker).start();
    expect(dead).toMatchObject({ data: { nodes: [{ state: 'rolled_back', remedy: 'bring_up' }] } });
    expect(dead.summary).toMatch(/comfyui-gpu2 does not run .*it wrote last: .*CUDA error: out of memory/);
    expect([...(await appsNow()).keys()].toSorted()).toEqual(['neighbour', 'worker']);
    expect(existsSync(ecosystem)).toBe(false);
    rmSync(join(path, 'fail'));

    // All three, and then the worker.
    const neighbour = (await pidsNow())['neighbour'];
    const up = await on(lane, installed, three, worker).start();
    expect(up).toMatchObject({ status: 'ok', data: { nodes: [{ state: 'verified', remedy: 'start_worker' }] } });
    const apps = await appsNow();
    expect([...apps.keys()].toSorted()).toEqual([
      'comfyui-gpu0',
      'comfyui-gpu1',
      'comfyui-gpu2',
      'neighbour',
      'worker',
    ]);
    expect(apps.get('worker')?.status).toBe('online');
    expect(apps.get('comfyui-gpu1')).toMatchObject({
      visible: '1',
      restartDelayMs: 100,
      maxRestarts: 2,
      args: ['--listen', '127.0.0.1', '--port', String(portStart + 1), '--output-directory', join(folder, 'out put')],
    });
    expect((await pidsNow())['neighbour']).toBe(neighbour);
    expect(saved()).toEqual(['comfyui-gpu0', 'comfyui-gpu1', 'comfyui-gpu2', 'neighbour', 'worker']);
    expect(await on(lane, installed, three).look()).toEqual([
      expect.stringMatching(/^ok: 3 instances as declared, 3 of them running: comfyui-gpu0 \(GPU 0, port \d+\)/),
    ]);

    // Once more: nothing to do. One GPU less, then another flag: only what differs is touched.
    const before = await pidsNow();
    expect(await on(lane, installed, three, worker).start()).toMatchObject({
      data: { nodes: [{ state: 'well', runs: [] }] },
    });
    expect(await pidsNow()).toEqual(before);
    const two = { ...three, gpus: [0, 1] };
    expect(await on(lane, installed, two).look()).toEqual([
      expect.stringMatching(/^degraded: comfyui-gpu2 is there and not declared: it sees GPU 2/),
    ]);
    expect(await on(lane, installed, two).apply()).toMatchObject({ state: 'verified' });
    const { 'comfyui-gpu2': _, ...rest } = before;
    expect(await pidsNow()).toEqual(rest);
    expect(saved()).toEqual(['comfyui-gpu0', 'comfyui-gpu1', 'neighbour', 'worker']);

    const flagged = { ...two, flags: ['--preview-method', 'none'] };
    expect(await on(lane, installed, flagged).look()).toEqual([
      expect.stringContaining('comfyui-gpu0 is not as declared: it lacks --preview-method none.'),
      expect.stringContaining('comfyui-gpu1 is not as declared'),
    ]);
    const changed = on(lane, installed, flagged, worker);
    const reloaded = await changed.apply();
    expect(reloaded.state).toBe('verified');
    expect(reloaded.said).toMatch(/Start until it listened: comfyui-gpu0 [\d.]+ m?s, comfyui-gpu1 [\d.]+ m?s\./);
    const after = await pidsNow();
    expect(after['comfyui-gpu0']).not.toBe(before['comfyui-gpu0']);
    expect([after['neighbour'], after['worker']]).toEqual([before['neighbour'], before['worker']]);
    expect((await appsNow()).get('comfyui-gpu0')?.args).toContain('--preview-method');

    // Taken back: the file and the command lines of before.
    expect(await changed.undo(reloaded.run)).toMatchObject({ status: 'ok', data: { state: 'verified' } });
    expect((await appsNow()).get('comfyui-gpu0')?.args).not.toContain('--preview-method');
    expect(await on(lane, installed, two).look()).toEqual([expect.stringMatching(/^ok: /)]);
    expect(readdirSync(folder).filter((name) => name.includes('rackhand-new'))).toEqual([]);

    // A GPU that is not the one declared shows, by its process.
    const swapped = JSON.parse(readFileSync(ecosystem, 'utf8')) as {
      apps: { name: string; env: Record<string, string> }[];
    };
    for (const app of swapped.apps) app.env['CUDA_VISIBLE_DEVICES'] = '0';
    writeFileSync(join(folder, 'by-hand.json'), JSON.stringify(swapped));
    call('startOrReload', join(folder, 'by-hand.json'), '--only', 'comfyui-gpu1');
    const wrong = await on(lane, installed, two).look();
    expect(wrong).toContainEqual('critical: comfyui-gpu1 is not as declared: it sees GPU 0, and must see GPU 1 only.');
    expect(wrong).toContainEqual(
      expect.stringMatching(/^critical: 2 instances share GPU 0: comfyui-gpu0 .* and comfyui-gpu1/),
    );

    const swappedPids = await pidsNow();
    expect(await on(lane, installed, two).apply()).toMatchObject({ state: 'verified' });
    expect(await on(lane, installed, two).look()).toEqual([expect.stringMatching(/^ok: /)]);
    expect((await pidsNow())['comfyui-gpu0']).toBe(swappedPids['comfyui-gpu0']);
    expect(await on(lane, installed, two).apply()).toMatchObject({
      state: 'refused',
      said: expect.stringContaining('2 instances of gpu-1 run as declared: there is nothing to do'),
    });

    // A daemon that was killed leaves them behind: nothing is started beside them.
    const living = await pidsNow();
    process.kill(Number(readFileSync(join(pm2.home, 'pm2.pid'), 'utf8')), 'SIGKILL');
    await until(async () => 'lives' in (await drive(pm2Apps({ home: pm2.home }))));
    const orphans = await on(lane, installed, two).apply();
    expect(orphans).toMatchObject({
      state: 'refused',
      said: expect.stringContaining('pm2 can not be told: the daemon of'),
    });
    expect(orphans.next[0]?.say).toContain('have pm2 resurrect it');
    const left = Object.values(living).filter((pid) => pid !== null && pid > 0);
    for (const pid of left) expect(() => process.kill(Number(pid), 0)).not.toThrow();
    for (const pid of left) process.kill(Number(pid), 'SIGKILL');
  }, 120_000);

  test.concurrent('under supervisord: brought up by name, and nothing else is touched', async () => {
    const installed = await install('Supervised');
    const under = {
      gpus: 2,
      manager: 'supervisor',
      config: supervisord.config,
      file: join(folder, 'conf.d', 'comfyui.conf'),
    };
    const neighbour = await supervisord.pidOf('neighbour');
    const first = on(other, installed, under);
    const up = await first.apply();
    expect(up).toMatchObject({ state: 'verified' });
    expect(await first.look()).toEqual([expect.stringMatching(/^ok: 2 instances as declared, 2 of them running/)]);
    expect(await first.apply()).toMatchObject({ state: 'refused', said: expect.stringContaining('nothing to do') });
    expect(await supervisord.pidOf('neighbour')).toBe(neighbour);
    expect(await first.undo(up.run)).toMatchObject({
      data: { state: 'verified', changes: [{ what: expect.stringContaining('Remove ') }] },
    });
    expect(readdirSync(join(folder, 'conf.d'))).toEqual([]);
    expect(await first.look()).toEqual([
      expect.stringContaining('knows no comfyui-gpu0'),
      expect.stringContaining('knows no comfyui-gpu1'),
    ]);
    const outside = await on(other, installed, { ...under, file: join(folder, 'elsewhere.conf') }).apply();
    expect(outside.said).toContain('supervisord does not read');
  });
});

test('what takes it back says so where nothing is declared any more', async () => {
  const args = { sha: 'a', to: 'none', only: ['comfyui-gpu0'], gone: [] };
  const plan = await onThisMachine(instancesRestore, args, testNode()).plan();
  expect(plan).toMatchObject({ can: false, because: 'gpu-1 declares no comfyui.instances any more.' });
});

describe('where nothing runs yet', () => {
  const declared = (instances: object, home?: string) =>
    testNode({
      comfyui: { path: '/opt/ComfyUI', instances: { manager: 'pm2', gpus: 1, ...instances, ...(home && { home }) } },
    });
  const planOf = async (node: Node) => await onThisMachine(instancesApply, {}, node).plan();

  test('the first instances bring their pm2 with them, unless it has others to bring back first', async () => {
    const { path: home, write } = scratchFolder();
    const file = join(home, 'comfyui.config.json');
    expect(await planOf(declared({ file }, home))).toMatchObject({
      can: true,
      what: `Write ${file}, have pm2 start comfyui-gpu0 as it says, save that for the next boot.`,
      undo: { action: instancesRestore.name, args: { to: 'none', only: [], gone: ['comfyui-gpu0'] } },
    });
    write('dump.pm2', '[]');
    expect(await planOf(declared({ file }, home))).toMatchObject({
      can: false,
      because: `No pm2 daemon runs for ${home}, and it has apps to bring back first.`,
    });
  });

  test.skipIf(!has('python3'))('and that pm2 lives on when whoever told it has gone (needs python3)', async () => {
    const { path, write } = scratchFolder();
    const main = write('ComfyUI/main.py', readFileSync(standIn));
    const home = join(path, 'home');
    const instances = { manager: 'pm2', gpus: 1, home, portStart: await freePort(), file: join(path, 'c.config.json') };
    const node = testNode({ comfyui: { path: join(main, '..'), instances } });
    vi.stubEnv('PATH', `${join(process.cwd(), 'node_modules', '.bin')}:${process.env['PATH']}`);
    const { change, send, done } = onThisMachine(instancesApply, {}, node);
    const planned = await change();
    try {
      expect(await send(planned)).toEqual({ how: 'done', said: '' });
      expect(await done(planned)).toMatchObject({ is: 'done' });
      const found = await drive(pm2Apps({ home }));
      expect(found).toMatchObject({ apps: [{ name: 'comfyui-gpu0', visible: '0' }] });
    } finally {
      execFileSync(join('node_modules', '.bin', 'pm2'), ['kill'], {
        env: { ...process.env, PM2_HOME: home },
        stdio: 'pipe',
      });
      vi.unstubAllEnvs();
    }
  });

  test('systemd is left to a person, with the units to write', async () => {
    const plan = await planOf(declared({ manager: 'systemd', gpus: 2 }));
    expect(plan).toMatchObject({ can: false, because: 'The units of systemd are for a person to write.' });
    const told = plan.can ? [] : plan.next.map(({ say }) => say);
    expect(told).toEqual([
      expect.stringMatching(/^Write \/etc\/systemd\/system\/comfyui-gpu0\.service:\n\[Unit\]/),
      expect.stringContaining('"CUDA_VISIBLE_DEVICES=1"'),
      'Then run systemctl daemon-reload, and systemctl enable --now comfyui-gpu0.service comfyui-gpu1.service.',
    ]);
  });

  test('what supervisord can not hold is refused, and so is a supervisord that is not declared', async () => {
    const config = scratchFolder().write('s.conf', '[supervisorctl]\n[include]\nfiles = /etc/c.d/*.conf\n');
    const under = { manager: 'supervisor', config, file: '/etc/c.d/comfyui.conf' };
    expect(await planOf(declared({ ...under, flags: ['a ;b'] }))).toMatchObject({
      can: false,
      because: '"a ;b" can not stand in a configuration of supervisord.',
    });
    expect(await planOf(declared({ manager: 'supervisor' }))).toMatchObject({
      because: expect.stringContaining('is not declared'),
    });
  });
});

/** A pm2 that writes down what it was told, and how much of the environment it got. */
const recorder = `#!/bin/sh
[ ! -e "$PM2_HOME/broken" ] || { echo 'it broke' >&2; exit 1; }
echo "$* (SECRET=$SECRET)" >>"$PM2_HOME/told"
`;

const sum = (text: string) => sha256(new TextEncoder().encode(text));
const room = (shell: Shell) => {
  const { path: home, write } = scratchFolder();
  const program = write('pm2', recorder, 0o755);
  const file = join(home, 'a b.json');
  const told = () => (existsSync(join(home, 'told')) ? readFileSync(join(home, 'told'), 'utf8') : '');
  const load = async (was: string, will: string, input: string, way = 'do', from = '') =>
    await runScript(
      loadInstances,
      [
        file,
        join(home, '.new-'),
        join(home, `.kept-${way}`),
        from,
        was,
        will,
        way,
        'pm2',
        home,
        'sh',
        program,
        'x,y',
        'z',
      ],
      { shell, input, env: { HOME: home, SECRET: 'shown' } },
    );
  return { home, file, told, load, write };
};

for (const shell of nodeShells) {
  describe.skipIf(!has(shell[0]))(`the script under ${shell.join(' ')}`, () => {
    test('writes the file, tells the manager with nothing of an environment, and takes both back', async () => {
      const { home, file, told, load } = room(shell);
      expect(await load('none', sum('one'), 'one')).toEqual({ status: 0, stderr: '' });
      expect(readFileSync(file, 'utf8')).toBe('one');
      expect(told()).toBe(['delete z', `startOrReload ${file} --only x,y`, 'save --force', ''].join(' (SECRET=)\n'));
      expect(await load(sum('one'), sum('two'), 'two')).toEqual({ status: 0, stderr: '' });
      expect(readFileSync(join(home, '.kept-do'), 'utf8')).toBe('one');
      expect(await load(sum('two'), sum('one'), '', 'undo', join(home, '.kept-do'))).toMatchObject({ status: 0 });
      expect(readFileSync(file, 'utf8')).toBe('one');
    });

    test('leaves the file as it was where the manager does not take it up, or where it is another by then', async () => {
      const { home, file, told, load, write } = room(shell);
      write('broken', '');
      expect(await load('none', sum('one'), 'one')).toMatchObject({
        status: 74,
        stderr: expect.stringContaining('it broke'),
      });
      expect(existsSync(file)).toBe(false);
      writeFileSync(file, 'mine');
      expect(await load(sum('mine'), sum('one'), 'one')).toMatchObject({ status: 74 });
      expect(readFileSync(file, 'utf8')).toBe('mine');
      expect(await load('none', sum('one'), 'one')).toMatchObject({ status: 65 });
      expect(await load(sum('mine'), sum('one'), 'cut')).toMatchObject({ status: 74 });
      expect([readFileSync(file, 'utf8'), told()]).toEqual(['mine', '']);
      expect(readdirSync(home).filter((name) => name.startsWith('.new-'))).toEqual([]);
    });
  });
}
