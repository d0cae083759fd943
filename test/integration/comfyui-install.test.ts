import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { z } from 'zod';
import { actions } from '../../src/actions/index.ts';
import { releaseName } from '../../src/core/comfyui-install.ts';
import { playbookPlan } from '../../src/tools/playbook-plan.ts';
import { playbookRun } from '../../src/tools/playbook-run.ts';
import type { playData } from '../../src/tools/play-report.ts';
import { runUndo } from '../../src/tools/run-undo.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { callTool } from '../support/call-tool.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { canMakeVenvs, comfyuiSources, commit, quickPython } from '../support/comfyui-sources.ts';
import { startDelayProxy } from '../support/delay-proxy.ts';
import { startLane, type Lane } from '../support/lane.ts';
import { canMakeRooms } from '../support/lock-room.ts';
import { leftOf, uniqueSeconds } from '../support/processes.ts';
import { has } from '../support/requires.ts';
import { freePort } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const isAble = has('sshd') && has('git') && canMakeRooms && canMakeVenvs;
const root = mkdtempSync(join(tmpdir(), 'rh-comfyui-'));
const transport = createSshTransport();
const closing: (() => Promise<void>)[] = [];
let sources: ReturnType<typeof comfyuiSources>;
let python: string;
let lane: Lane;
let numbers = 0;

type Data = z.output<typeof playData>;

/** A node with a ComfyUI of its own, from the simulated one. */
function site(
  install: Readonly<Record<string, unknown>>,
  { folder = join(root, `w${(numbers += 1)}`), ssh = {} } = {},
) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'ComfyUI');
  const node = lane.node({
    ...ssh,
    comfyui: {
      path,
      install: {
        repository: sources.repository,
        ref: 'v1',
        python,
        uv: false,
        wheels: sources.wheels,
        torch: { hardware: 'cpu', packages: ['torch==2.4.1'] },
        roomMiB: 1,
        startSeconds: 30,
        ...install,
      },
    },
  });
  const own: { onSay(message: string): void } = { onSay: () => undefined };
  const { ops, said, close } = changeOps({
    state: join(folder, `state${(numbers += 1)}`),
    transport,
    nodes: [node],
    actions,
    policy: freeHand,
    onSay: (message) => own.onSay(message),
  });
  closing.push(close);
  const play = async (playbook: string, more: readonly string[] = []) => {
    const report = await callTool<Data>(ops, playbookRun, { playbook, nodes: [], with: [...more] });
    const [one] = report.data.nodes;
    if (one === undefined) throw new Error('no node');
    return { ...one, report, text: JSON.stringify(report) };
  };
  const seen = () => lane.room.seen(`${path}.releases`);
  const releases = () => (existsSync(seen()) ? readdirSync(seen()).filter((name) => !name.startsWith('.')) : []);
  const release = (ref: string) => `${path}.releases/${releases().find((name) => name.startsWith(`${ref}-`))}`;
  return { folder, path, node, ops, said, own, play, releases, release };
}

/** What validations have left. */
const scratch = () => readdirSync(tmpdir()).filter((name) => name.startsWith('rackhand-comfyui-'));

/** Takes all the room that there is. */
function fill(file: string): void {
  try {
    writeFileSync(file, Buffer.alloc(8_388_608));
  } catch {
    // That is what it is for.
  }
}

/** Runs what a path leads to, as its manager would; answers with its version. */
async function answers(path: string): Promise<string> {
  const port = await freePort();
  const child = spawn(join(path, 'venv/bin/python'), ['main.py', '--port', String(port)], {
    cwd: path,
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  try {
    let version = '';
    await until(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/system_stats`).catch(() => undefined);
      const said = (await answer?.json()) as { system: { comfyui_version: string } } | undefined;
      version = said?.system.comfyui_version ?? '';
      return version !== '';
    });
    return version;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

describe.skipIf(!isAble)('ComfyUI is installed (needs sshd, git, python3-venv, root and unshare)', () => {
  beforeAll(async () => {
    sources = comfyuiSources(join(root, 'sources'));
    python = quickPython(join(root, 'sources'));
    lane = await startLane();
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await transport.close();
    await lane.close();
    rmSync(root, { recursive: true, force: true });
  });

  test('phase by phase from a bundle, with one custom node left out by name, and then nothing is left to do', async () => {
    const shared = join(root, 'shared');
    for (const name of ['models/checkpoints', 'out']) mkdirSync(join(shared, name), { recursive: true });
    const custom = (name: 'good' | 'greedy' | 'faulty') => ({
      repository: `https://git.example/${name}.git`,
      mirror: join(root, 'sources', name),
      ref: sources.nodes[name],
    });
    const { path, play, release, said, ops, node } = site({
      ref: sources.first,
      mirror: sources.bundle,
      python: 'python3',
      nodes: { good: { ...custom('good'), script: 'install.py' }, greedy: custom('greedy'), faulty: custom('faulty') },
      models: { base: join(shared, 'models'), folders: { checkpoints: 'checkpoints' } },
      links: { output: join(shared, 'out') },
    });
    const planned = await callTool<Data>(ops, playbookPlan, { playbook: 'comfyui_install', nodes: [] });
    expect(planned.data.nodes).toMatchObject([{ state: 'planned', remedy: 'fetch' }]);
    expect(existsSync(`${path}.releases`)).toBe(false);
    // A clone that was cut off.
    const declared = node.comfyui?.install;
    if (declared === undefined) throw new Error('nothing is declared');
    const half = `${path}.releases/.partial-${releaseName(declared)}`;
    mkdirSync(join(half, '.git'), { recursive: true });

    const run = await play('comfyui_install');
    expect(run, run.text).toMatchObject({ state: 'escalated', remedy: 'mend_custom_nodes' });
    expect(run.report.summary).toMatch(
      /custom node (?:greedy could not be installed|faulty is there, and could not be loaded)/,
    );
    const made = release(sources.first.slice(0, 12));
    expect(readlinkSync(path)).toBe(made);
    expect(readFileSync(join(made, '.git/HEAD'), 'utf8')).toBe(`${sources.first}\n`);
    expect(readFileSync(join(made, '.rackhand/torch'), 'utf8')).toBe('torch==2.4.1\n');
    expect(readFileSync(join(made, '.rackhand/validate'), 'utf8')).toBe('version 0.3.1\nfailed faulty\n');
    expect(readdirSync(join(made, 'custom_nodes')).toSorted()).toEqual(['faulty', 'good']);
    expect(readFileSync(join(made, 'custom_nodes/good/installed'), 'utf8')).toBe(join(made, '.rackhand/tmp'));
    expect(existsSync(join(made, '.rackhand/tmp'))).toBe(false);
    expect(readFileSync(join(made, '.rackhand/node-greedy'), 'utf8')).toMatch(/^failed .*torch/s);
    expect(realpathSync(join(path, 'output'))).toBe(realpathSync(join(shared, 'out')));
    expect(readFileSync(join(path, 'extra_model_paths.yaml'), 'utf8')).toContain(`base_path: "${shared}/models"`);
    expect(await leftOf('main.py')).toEqual([]);
    expect(scratch()).toEqual([]);
    for (const what of ['Fetch', 'Make the environment', 'Install torch==2.4.1 for cpu', 'Start ComfyUI'])
      expect(
        said.some((line) => line.startsWith(what)),
        what,
      ).toBe(true);
    expect(await answers(path)).toBe('0.3.1');

    const again = await play('comfyui_install');
    expect(again, again.text).toMatchObject({ state: 'escalated', remedy: 'mend_custom_nodes' });
    expect(again.runs).toHaveLength(1);
    // In use, it is tried again only when that is asked for.
    const retried = await play('comfyui_nodes');
    expect(retried, retried.text).toMatchObject({ state: 'escalated', remedy: 'mend_them' });
    expect(retried.runs).toHaveLength(3);
    expect(readlinkSync(path)).toBe(made);
  });

  test('another release beside it, which is left where it does not start; then one that does, and back, and away', async () => {
    const { path, play, folder, release } = site({});
    expect(await play('comfyui_install')).toMatchObject({ state: 'verified', remedy: 'switch' });
    const first = release('v1');
    expect(await play('comfyui_install')).toMatchObject({ state: 'well', runs: [] });

    const broken = site({ ref: 'broken' }, { folder });
    const failed = await broken.play('comfyui_install');
    expect(failed, failed.text).toMatchObject({ state: 'not_verified', remedy: 'validate' });
    expect(failed.text).toContain('no such device');
    expect(readlinkSync(path)).toBe(first);
    expect(await answers(path)).toBe('0.3.1');
    expect(await broken.play('comfyui_rollback', ['release=declared'])).toMatchObject({
      state: 'escalated',
      said: expect.stringContaining('is not validated'),
    });

    const second = site({ ref: 'v2' }, { folder });
    const updated = await second.play('comfyui_install');
    expect(updated, updated.text).toMatchObject({ state: 'verified', remedy: 'switch' });
    expect(readlinkSync(path)).toBe(release('v2'));
    expect(await answers(path)).toBe('0.3.3');

    const back = await callTool(second.ops, runUndo, { run: updated.runs.at(-1) });
    expect(back.data, JSON.stringify(back)).toMatchObject({ state: 'verified' });
    expect(readlinkSync(path)).toBe(first);
    expect(await second.play('comfyui_rollback', ['release=former'])).toMatchObject({ state: 'verified' });
    expect(readlinkSync(path)).toBe(release('v2'));

    const named = (ref: string) => `release=${release(ref).slice(path.length + 10)}`;
    expect(await second.play('comfyui_remove', [named('v2')])).toMatchObject({
      said: expect.stringContaining('is in use'),
    });
    const runner = spawn('sleep', ['600'], { cwd: first });
    onTestFinished(() => void runner.kill('SIGKILL'));
    const held = await second.play('comfyui_remove', [named('v1')]);
    expect(held.text).toContain(`process ${runner.pid} runs in it`);
    expect(existsSync(join(first, 'main.py'))).toBe(true);
    runner.kill('SIGKILL');
    await once(runner, 'exit');
    expect(await second.play('comfyui_remove', [named('v1')])).toMatchObject({ state: 'verified' });
    expect(existsSync(first)).toBe(false);
    expect(await answers(path)).toBe('0.3.3');
  });

  test('not over a plain folder, and from no ref that does not exist', async () => {
    const wrong = site({ ref: 'v9' });
    const failed = await wrong.play('comfyui_install');
    expect(failed).toMatchObject({ state: 'not_verified', remedy: 'fetch' });
    expect(failed.text).toContain(`there is no branch, tag or commit v9 in ${sources.repository}`);
    expect(wrong.releases()).toEqual([]);

    const { path, play, release } = site({});
    mkdirSync(path);
    writeFileSync(join(path, 'main.py'), 'mine\n');
    const stopped = await play('comfyui_install');
    expect(stopped).toMatchObject({ state: 'escalated', remedy: 'move_what_is_there' });
    expect(stopped.text).toContain('what stands in its place is never replaced');
    expect(readFileSync(join(path, 'main.py'), 'utf8')).toBe('mine\n');
    execFileSync('mv', [path, `${path}.releases/by-hand`]);
    expect(await play('comfyui_install')).toMatchObject({ state: 'verified', remedy: 'switch' });
    expect(readlinkSync(path)).toBe(release('v1'));
  });

  test('with a disk that is full in the middle: what is in use stays as it was, and it goes on when there is room', async () => {
    const folder = join(root, 'full');
    const path = join(folder, 'ComfyUI');
    mkdirSync(`${path}.releases`, { recursive: true });
    // The room of the lane has its own mounts; this one is seen by it, as the path of a node is.
    const mounted = lane.room.words(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', `${path}.releases`]);
    execFileSync(mounted[0], mounted.slice(1));
    const seen = lane.room.seen(`${path}.releases`);
    mkdirSync(join(seen, 'old'));
    writeFileSync(join(seen, 'old/main.py'), 'old\n');
    symlinkSync(`${path}.releases/old`, path);
    const { play, own, release } = site({}, { folder });
    own.onSay = (message) => {
      if (message.startsWith('Install torch')) fill(join(seen, 'filler'));
    };
    const failed = await play('comfyui_install');
    expect(failed, failed.text).toMatchObject({ state: 'not_verified' });
    expect(failed.text).toContain('There is no room left. What is in use was not touched');
    expect(readlinkSync(path)).toBe(`${path}.releases/old`);
    own.onSay = () => undefined;
    rmSync(join(seen, 'filler'));
    const more = lane.room.words(['mount', '-o', 'remount,size=64m', `${path}.releases`]);
    execFileSync(more[0], more.slice(1));
    expect(await play('comfyui_install')).toMatchObject({ state: 'verified', remedy: 'switch' });

    // A package that was cut off in the middle is not taken for whole.
    const made = join(seen, release('v1').slice(path.length + 10));
    const cut = execFileSync('find', [made, '-name', 'standin_dep.py'], { encoding: 'utf8' }).trim();
    writeFileSync(cut, '');
    rmSync(join(made, '.rackhand/requirements'));
    expect(await play('comfyui_install')).toMatchObject({ state: 'verified', remedy: 'requirements' });
    expect(readFileSync(cut, 'utf8')).toContain('1.2');
  });

  test('over a line that is cut in the middle of a phase, again and again: all of it ends there, and is begun anew', async () => {
    const proxy = await startDelayProxy({ host: '127.0.0.1', port: lane.sshd.port }, 0);
    onTestFinished(proxy.stop);
    const knownHosts = join(root, 'known');
    writeFileSync(
      knownHosts,
      readFileSync(lane.sshd.knownHostsFile, 'utf8').replace(`:${lane.sshd.port} `, `:${proxy.port} `),
    );
    const seconds = uniqueSeconds();
    const begun = (what: string) => join(root, `begun-${what}`);
    const slow = join(root, 'slow-python');
    const script = `#!/bin/sh\n[ -e ${begun('venv')} ] || { mkdir -p "$3"; touch ${begun('venv')}; sleep ${seconds}; }\nexec ${python} "$@"\n`;
    writeFileSync(slow, script, { mode: 0o755 });
    const lazy = commit(join(root, 'lazy'), {
      '__init__.py': `import os, subprocess\nif not os.path.exists("${begun('start')}"):\n    open("${begun('start')}", "w").close()\n    subprocess.run(["sleep", "${seconds}"])\n`,
    });
    const { play, path, release } = site(
      { python: slow, nodes: { lazy: { repository: join(root, 'lazy'), ref: lazy } } },
      { ssh: { ssh: { port: proxy.port, knownHosts } } },
    );
    const cutAt = async (what: string) => {
      const cut = until(() => existsSync(begun(what)), 30_000).then(proxy.cut);
      const [run] = await Promise.all([play('comfyui_install'), cut]);
      expect(await leftOf(seconds)).toEqual([]);
      expect(run.text).toContain('was not done');
      expect(existsSync(path)).toBe(false);
      return run;
    };
    expect(await cutAt('venv')).toMatchObject({ state: 'not_verified', remedy: 'environment' });
    expect(existsSync(join(release('v1'), 'venv'))).toBe(true);
    expect(await cutAt('start')).toMatchObject({ state: 'not_verified', remedy: 'validate' });
    expect(await leftOf('main.py')).toEqual([]);
    expect(scratch()).toEqual([]);
    expect(await play('comfyui_install')).toMatchObject({ state: 'verified', remedy: 'switch' });
  });
});
