import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { policyRevision } from '../../src/engine/policy-revision.ts';
import { commandRun } from '../../src/tools/command-run.ts';
import { fileEdit } from '../../src/tools/file-edit.ts';
import { logRotate } from '../../src/tools/log-rotate.ts';
import { modelQuarantine } from '../../src/tools/model-quarantine.ts';
import { modelResync } from '../../src/tools/model-resync.ts';
import { modelUnload } from '../../src/tools/model-unload.ts';
import { runUndo } from '../../src/tools/run-undo.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { callTool } from '../support/call-tool.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { startLane, type Lane } from '../support/lane.ts';
import { canMakeRooms } from '../support/lock-room.ts';
import { has } from '../support/requires.ts';
import { safetensorsFile } from '../support/safetensors.ts';
import { standInOllama } from '../support/stand-in-ollama.ts';
import { until } from '../support/until.ts';
import { startSupervisord, type Supervisord } from '../support/supervisord.ts';

const isAble = has('sshd') && has('supervisord') && canMakeRooms;
const transport = createSshTransport();
const folder = mkdtempSync(join(tmpdir(), 'rh-change-files-'));
const stories = ['restart', 'since', 'race', 'model', 'resync', 'lie', 'command', 'blind', 'rotate', 'unload'] as const;
type Story = (typeof stories)[number];
const lanes = new Map<Story, Lane>();
const closing: (() => Promise<void>)[] = [];
let manager: Supervisord;

const before = 'A=1\nCTX=4096\n';
const after = 'A=1\nCTX=8192\n';
const whole = safetensorsFile({ a: [0, 4_096] });
const text = (path: string) => readFileSync(path, 'utf8');

/** The tools on a node of its own, and a folder for its files. */
function door(story: Story, { node: declared = () => ({}), rules = freeHand.rules, onSay }: Partial<Declared> = {}) {
  const lane = lanes.get(story);
  if (lane === undefined) throw new Error('no lane');
  const own = join(folder, story);
  const write = (name: string, content: string | Uint8Array, mode = 0o644) => {
    writeFileSync(join(own, name), content, { mode });
    return join(own, name);
  };
  const node = lane.node(declared(write));
  const policy = { ...freeHand, rules };
  const state = join(folder, `${story}-state`);
  const { ops, stores, fleet, close } = changeOps({
    state,
    transport,
    nodes: [node],
    actions,
    policy,
    ...(onSay !== undefined && { onSay }),
  });
  closing.push(close);
  const call = async (tool: Parameters<typeof callTool>[1], input: object) =>
    await callTool(ops, tool, { node: 'gpu-1', ...input });
  const undo = async (run: string | null) => await callTool(ops, runUndo, { run: run ?? '' });
  const approve = async (digest: string | null) => {
    const at = Date.now();
    const who = { node: 'gpu-1', policy: policyRevision(fleet.policy), by: 'cli:ben', how: 'terminal' as const };
    await stores.approvals.give({ digest: digest ?? '', ...who, at, until: at + 60_000 });
  };
  return { call, undo, approve, folder: own };
}
interface Declared {
  node(write: (name: string, content: string | Uint8Array, mode?: number) => string): Record<string, unknown>;
  readonly rules: (typeof freeHand)['rules'];
  onSay(message: string): void;
}

const editable = (name: Story): Partial<Declared> => ({
  node: (write) => ({ services: { llama: { manager: 'none', editable: [write('a.env', before)] } } }),
  ...(name === 'race' && { rules: [] }),
});
const toCtx = (path: string) => ({ service: 'llama', path, key: 'CTX', value: '8192' });

describe.skipIf(!isAble)('files changed through the whole door (needs sshd, supervisord, root and unshare)', () => {
  beforeAll(async () => {
    manager = await startSupervisord(
      '[program:llama]\ncommand=/bin/sleep 1000\n[program:other]\ncommand=/bin/sleep 1000\n',
    );
    for (const story of stories) mkdirSync(join(folder, story));
    await Promise.all(stories.map(async (story) => lanes.set(story, await startLane())));
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await transport.close();
    await Promise.all([manager.end(), ...[...lanes.values()].map((lane) => lane.close())]);
    rmSync(folder, { recursive: true, force: true });
  });

  test.concurrent('an edit with a restart is taken back with one, of that service alone', async () => {
    const path = join(folder, 'restart/llama.env');
    const managed = { manager: 'supervisor', config: manager.config, quietSeconds: 1 };
    const {
      call,
      undo,
      folder: own,
    } = door('restart', {
      node(write) {
        write('llama.env', before);
        return { services: { llama: { ...managed, editable: [path] }, other: { ...managed, needs: ['llama'] } } };
      },
    });
    const pids = async () => [await manager.pidOf('llama'), await manager.pidOf('other')];
    await until(async () => (await pids()).every((pid) => pid !== undefined));
    const [llama, other] = await pids();
    const edit = await call(fileEdit, { service: 'llama', path, key: 'CTX', value: '8192', restart: true });
    expect(edit).toMatchObject({ status: 'ok', data: { state: 'verified', changes: [{}, {}] } });
    expect(text(path)).toBe(after);
    const [second, same] = await pids();
    expect([second === llama, same]).toEqual([false, other]);

    expect(await undo(edit.data.run)).toMatchObject({
      status: 'ok',
      data: { state: 'verified', changes: [{ subject: `file:${path}` }, { subject: 'service:llama' }] },
    });
    expect([text(path), readdirSync(own)]).toEqual([before, ['llama.env']]);
    const [third, still] = await pids();
    expect([third === second, still]).toEqual([false, other]);
  });

  test.concurrent('an edit that somebody has edited since is not taken back, and the diff says why', async () => {
    const path = join(folder, 'since/a.env');
    const { call, undo, folder: own } = door('since', editable('since'));
    const edit = await call(fileEdit, toCtx(path));
    expect(edit.data.state).toBe('verified');
    const theirs = `${after}B=2\n`;
    writeFileSync(path, theirs);
    const beside = readdirSync(own);
    const refused = await undo(edit.data.run);
    expect(refused).toMatchObject({ status: 'not_applicable', data: { state: 'refused', run: null } });
    expect(refused.summary).toMatch(/was changed since it was edited[^]*\+B=2/);
    expect([text(path), readdirSync(own)]).toEqual([theirs, beside]);
    // Taken out again, it can be taken back.
    writeFileSync(path, after);
    expect((await undo(edit.data.run)).data.state).toBe('verified');
    expect(text(path)).toBe(before);
  });

  test.concurrent('what somebody edits after the approval, or in the last moment, is left as it is', async () => {
    const path = join(folder, 'race/a.env');
    const last: (() => void)[] = [];
    const { call, approve } = door('race', {
      ...editable('race'),
      onSay: (message) => message.startsWith('Set ') && last.forEach((happens) => happens()),
    });
    const planned = await call(fileEdit, toCtx(path));
    expect(planned.data.state).toBe('awaiting_approval');
    await approve(planned.data.digest);
    writeFileSync(path, `${before}B=2\n`);
    const again = await call(fileEdit, toCtx(path));
    expect(again.data.state).toBe('awaiting_approval');
    expect(again.data.digest).not.toBe(planned.data.digest);
    await approve(again.data.digest);
    last.push(() => writeFileSync(path, `${before}B=3\n`));
    const late = await call(fileEdit, toCtx(path));
    expect(late.data.state).toBe('not_verified');
    expect(late.summary).toContain('changed since this was planned');
    expect([text(path), readdirSync(join(folder, 'race'))]).toEqual([`${before}B=3\n`, ['a.env']]);
  });

  test.concurrent('a broken model is put out of use and back', async () => {
    const path = join(folder, 'model/m.safetensors');
    const {
      call,
      undo,
      folder: own,
    } = door('model', {
      node: (write) => ({
        services: {
          llama: { manager: 'none', models: [{ path: write('m.safetensors', whole.subarray(0, 2_000)) }] },
        },
      }),
    });
    const away = await call(modelQuarantine, { service: 'llama', path });
    expect(away.data.state).toBe('verified');
    expect(readdirSync(own)).toEqual([expect.stringMatching(/^m\.safetensors\.quarantined-/)]);
    expect((await undo(away.data.run)).data.state).toBe('verified');
    expect(readdirSync(own)).toEqual(['m.safetensors']);
  });

  test.concurrent.each([
    ['resync', 'verified', 'cp "$1" "$2"'],
    ['lie', 'not_verified', 'echo copied'],
  ] as const)('a copy is proven by the file, whatever the command says: %s', async (story, stands, says) => {
    const path = join(folder, story, 'm.safetensors');
    const { call } = door(story, {
      node(write) {
        const store = write('store', whole);
        const copy = write('copy.sh', `#!/bin/sh\n${says}\n`, 0o755);
        write('m.safetensors', whole.subarray(0, 2_000));
        const models = [{ path, bytes: whole.length, resync: 'copy' }];
        return {
          commands: { copy: { words: [copy, store, path] } },
          services: { llama: { manager: 'none', models } },
        };
      },
    });
    expect((await call(modelResync, { service: 'llama', path })).data.state).toBe(stands);
    expect(readFileSync(path).equals(whole)).toBe(stands === 'verified');
  });

  test.concurrent('a declared command is run, and taken back by the one that is declared for that', async () => {
    const file = join(folder, 'command/release');
    const { call, undo } = door('command', {
      node: (write) => ({
        commands: {
          deploy: {
            words: [write('deploy.sh', '#!/bin/sh\necho 7.1 >"$1"\n', 0o755), file],
            files: [file],
            undo: 'undeploy',
          },
          undeploy: {
            words: [write('undeploy.sh', '#!/bin/sh\necho 6 >"$1"\n', 0o755), file],
            files: [file],
          },
        },
      }),
    });
    const deploy = await call(commandRun, { command: 'deploy' });
    expect(deploy.data.state).toBe('verified');
    expect(text(file)).toBe('7.1\n');
    expect((await undo(deploy.data.run)).data.state).toBe('verified');
    expect(text(file)).toBe('6\n');
  });

  test.concurrent('a declared command that nothing would show is never called proven', async () => {
    const made = join(folder, 'blind/made');
    const { call } = door('blind', { node: () => ({ commands: { blind: { words: ['touch', made] } } }) });
    const blind = await call(commandRun, { command: 'blind' });
    expect(blind).toMatchObject({ status: 'unknown', data: { state: 'unknown' } });
    expect(blind.summary).toContain('nothing is declared that would show it');
    expect(existsSync(made)).toBe(true);
  });

  test.concurrent('a log is packed and emptied in place, and what is too small to be worth it stays', async () => {
    const path = join(folder, 'rotate/big.log');
    const small = join(folder, 'rotate/small.log');
    const { call, folder: own } = door('rotate', {
      node: (write) => ({
        services: {
          llama: { manager: 'none', logs: [write('big.log', 'line\n'.repeat(400_000)), write('small.log', 'line\n')] },
        },
      }),
    });
    const rotated = await call(logRotate, { service: 'llama', path });
    expect(rotated).toMatchObject({ status: 'ok', data: { state: 'verified' } });
    expect([text(path), gunzipSync(readFileSync(`${path}.1.gz`)).length]).toEqual(['', 2_000_000]);
    const refused = await call(logRotate, { service: 'llama', path: small });
    expect(refused).toMatchObject({ status: 'not_applicable', data: { state: 'refused' } });
    expect(refused.summary).toContain('less than 1 MiB is not worth it');
    expect(readdirSync(own).toSorted()).toEqual(['big.log', 'big.log.1.gz', 'small.log']);
  });

  test.concurrent('a model is unloaded by the server itself, and seen to be gone', async () => {
    const server = await standInOllama(['mistral:latest', 'qwen:7b']);
    closing.push(server.close);
    const { call } = door('unload', {
      node: () => ({ services: { ollama: { kind: 'ollama', manager: 'none', health: [{ url: server.url }] } } }),
    });
    const open = await call(modelUnload, { service: 'ollama' });
    expect(open.summary).toContain('One model is unloaded at a time. ollama has loaded: mistral:latest, qwen:7b.');
    const unloaded = await call(modelUnload, { service: 'ollama', model: 'mistral' });
    expect(unloaded).toMatchObject({ status: 'ok', data: { state: 'verified' } });
    expect(server.loaded()).toEqual(['qwen:7b']);
    expect((await call(modelUnload, { service: 'ollama' })).data.state).toBe('verified');
    expect(server.loaded()).toEqual([]);
  });
});
