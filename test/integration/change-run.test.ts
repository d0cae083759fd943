import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ChangeOps } from '../../src/core/tool.ts';
import { runCancel } from '../../src/tools/run-cancel.ts';
import { runShow } from '../../src/tools/run-show.ts';
import { runUndo } from '../../src/tools/run-undo.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { canMakeRooms, lockRoom, type LockRoom } from '../support/lock-room.ts';
import { putFile } from '../support/put-file.ts';
import { has } from '../support/requires.ts';
import { rejection, scratchFolder } from '../support/scratch-folder.ts';
import { sshNode, startSshd, type Sshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

let room: LockRoom;
let sshd: Sshd;
const transport = createSshTransport();
const lockFile = () => existsSync(room.seen('/run/lock/rackhand.lock'));

describe.skipIf(!has('sshd') || !canMakeRooms)(
  'a change over a real SSH connection (needs sshd, root and unshare)',
  () => {
    beforeAll(async () => {
      room = await lockRoom();
      sshd = await startSshd({ room });
    });
    afterAll(async () => {
      await transport.close();
      await sshd.stop();
      await room.close();
    });

    /** Files of a node, and the door to change them. */
    function desk({
      files = ['one'],
      policy = freeHand,
      how = '',
      quietSeconds = 0,
      principal = 'cli:ana',
      state: given,
    }: Partial<Desk> = {}) {
      const { path: folder } = scratchFolder();
      const state = given ?? join(folder, 'state');
      const paths = files.map((name) => join(folder, name));
      for (const path of paths) writeFileSync(path, 'old');
      const stop = new AbortController();
      const engine = changeOps({
        state,
        transport,
        nodes: [sshNode(sshd)],
        actions: [putFile({ how, quietSeconds })],
        policy,
        principal,
        signal: stop.signal,
      });
      const [node] = engine.fleet.nodes;
      if (node === undefined) throw new Error('no node');
      const request = (text = 'new', some = paths): Parameters<ChangeOps['change']>[0] => ({
        tool: 'test_put',
        node,
        why: 'a test',
        steps: some.map((path) => ({ action: 'test.put', args: { path, text } })),
      });
      const texts = () => paths.map((path) => readFileSync(path, 'utf8'));
      const times = (path = paths[0] ?? '') =>
        existsSync(`${path}.times`) ? readFileSync(`${path}.times`, 'utf8').trim().split('\n') : [];
      return { ...engine, state, paths, request, texts, times, stop };
    }
    interface Desk {
      readonly files: readonly string[];
      readonly policy: typeof freeHand;
      readonly how: string;
      readonly quietSeconds: number;
      readonly principal: string;
      readonly state: string;
    }
    test('is carried out once, proven, written down, and leaves no lock', async () => {
      const { ops, request, texts, times } = desk({ files: ['one', 'two'] });
      const outcome = await ops.change(request());
      expect(outcome).toMatchObject({
        state: 'verified',
        said: expect.stringContaining(': done and proven, seen so for'),
      });
      expect(texts()).toEqual(['new', 'new']);
      expect(times()).toEqual(['new']);
      expect(lockFile()).toBe(false);
      const story = await ops.runs.find(outcome.run ?? '');
      expect(story).toMatchObject({
        run: { principal: 'cli:ana', node: 'gpu-1', why: 'a test' },
        closed: { how: 'verified' },
        steps: [
          { befores: { do: { text: 'old' } }, ways: { do: { how: 'done', verified: true } } },
          { ways: { do: { how: 'done', verified: true } } },
        ],
      });
    });

    test('is only planned when that is asked for', async () => {
      const { ops, request, texts, stores } = desk();
      expect(await ops.plan(request())).toMatchObject({
        state: 'planned',
        set: {
          changes: [{ what: expect.stringContaining('Put "new"'), undo: { what: expect.stringContaining('"old"') } }],
        },
      });
      expect(texts()).toEqual(['old']);
      expect(await ops.runs.list()).toEqual([]);
      expect(await stores.approvals.list()).toEqual([]);
    });

    const approve = async ({ stores, fleet }: ReturnType<typeof desk>, digest: string, fields: object = {}) => {
      const { policyRevision } = await import('../../src/engine/policy-revision.ts');
      const at = Date.now();
      const policy = policyRevision(fleet.policy);
      await stores.approvals.give({
        digest,
        node: 'gpu-1',
        policy,
        by: 'cli:ben',
        how: 'terminal',
        at,
        until: at + 60_000,
        ...fields,
      });
    };

    test('waits for an approval, which counts once', async () => {
      const at = desk({ policy: { ...freeHand, rules: [] } });
      const first = await at.ops.change(at.request());
      expect(first).toMatchObject({
        state: 'awaiting_approval',
        notes: expect.arrayContaining([expect.stringContaining('Nobody has approved')]),
      });
      expect(at.texts()).toEqual(['old']);
      await approve(at, first.set?.digest ?? '');
      const second = await at.ops.change(at.request());
      expect(second).toMatchObject({ state: 'verified' });
      expect(await at.ops.runs.find(second.run ?? '')).toMatchObject({ approval: { by: 'cli:ben' } });
      writeFileSync(at.paths[0] ?? '', 'old');
      expect(await at.ops.change(at.request())).toMatchObject({
        state: 'awaiting_approval',
        notes: expect.arrayContaining([expect.stringContaining('used by run')]),
      });
      expect(at.times()).toEqual(['new']);
    });

    test.each([
      ['of another node', { node: 'gpu-2' }],
      ['that has expired', { at: Date.now() - 120_000, until: Date.now() - 60_000 }],
      ['under another policy', { policy: 'f'.repeat(64) }],
      ['of another plan', { digest: 'f'.repeat(64) }],
    ])('takes no approval %s', async (_what, fields) => {
      const at = desk({ policy: { ...freeHand, rules: [] } });
      const { set } = await at.ops.change(at.request());
      await approve(at, set?.digest ?? '', fields);
      expect(await at.ops.change(at.request())).toMatchObject({ state: 'awaiting_approval' });
      expect(at.times()).toEqual([]);
    });

    test('that the world has outgrown wants another approval', async () => {
      const at = desk({ policy: { ...freeHand, rules: [] } });
      const { set } = await at.ops.change(at.request());
      await approve(at, set?.digest ?? '');
      writeFileSync(at.paths[0] ?? '', 'edited by somebody');
      const outgrown = await at.ops.change(at.request());
      expect(outgrown.state).toBe('awaiting_approval');
      expect(outgrown.set?.digest).not.toBe(set?.digest);
      expect(at.times()).toEqual([]);
    });

    test.each<[string, Partial<Desk>, object]>([
      [
        'read-only',
        { policy: { ...freeHand, read_only: true } },
        { state: 'denied', said: expect.stringContaining('read-only') },
      ],
      [
        'a rule',
        { policy: { rules: [{ decide: 'deny', why: 'Not at night.' }] } },
        { state: 'denied', said: 'Not at night. (fleet.yaml:1)' },
      ],
    ])('is forbidden by %s', async (_what, options, expected) => {
      const { ops, request, texts } = desk(options);
      expect(await ops.change(request())).toMatchObject(expected);
      expect(texts()).toEqual(['old']);
    });

    test.each<[string, string, number]>([
      ['a secret, which a plan would show and keep', 'password=hunter2hunter2', 1],
      ['the same thing twice, of which nobody could say how it looks then', 'new', 2],
    ])('is not planned with %s', async (_what, text, times) => {
      const at = desk();
      const [step] = at.request(text).steps;
      if (step === undefined) throw new Error('no step');
      const steps = Array.from({ length: times }, () => step);
      expect(await rejection(at.ops.change({ ...at.request(), steps }))).toMatchObject({ code: 'USAGE' });
      expect(at.times()).toEqual([]);
      expect(await at.ops.runs.list()).toEqual([]);
    });

    test('is taken back later by a run of its own, and the first one tells so', async () => {
      const at = desk();
      const { run = '' } = await at.ops.change(at.request());
      const next = [expect.objectContaining({ tool: 'run_undo' })];
      expect(await runShow.run({ run, wait: 0 }, at.ops)).toMatchObject({ status: 'ok', next, notes: [] });
      const undone = await runUndo.run({ run, why: '', plan: false }, at.ops);
      expect(undone).toMatchObject({ data: { state: 'verified' } });
      expect(at.texts()).toEqual(['old']);
      const notes = [`Run ${undone.data.run} has taken it back.`];
      expect(await runShow.run({ run, wait: 0 }, at.ops)).toMatchObject({ status: 'ok', next: [], notes });
    });

    test('is stopped at its next safe point, says where it stands, and is taken back from there', async () => {
      const at = desk({ files: ['one', 'two'], quietSeconds: 60 });
      const changing = rejection(at.ops.change(at.request()));
      const sent = async () =>
        (await at.ops.runs.list()).flatMap((each) =>
          'steps' in each && each.steps[0]?.ways.do?.how === 'done' ? [each.run.id] : [],
        );
      await until(async () => (await sent()).length > 0);
      const [run = ''] = await sent();
      const waited = await runShow.run({ run, wait: 1 }, at.ops);
      expect(waited).toMatchObject({ summary: expect.stringContaining('it is under way.'), data: { underWay: true } });
      const stopped = await runCancel.run({ run }, at.ops);
      expect(stopped).toMatchObject({ data: { stopped: true }, summary: expect.stringContaining('Sent, not proven.') });
      expect(await changing).toMatchObject({ code: 'CANCELLED', message: expect.stringContaining('asked it to stop') });
      expect([lockFile(), at.texts()]).toEqual([false, ['new', 'old']]);
      const cut = await runShow.run({ run, wait: 0 }, at.ops);
      expect(cut).toMatchObject({ data: { underWay: false }, summary: expect.stringContaining('it was cut off') });
      const [newest] = await at.ops.runs.list();
      expect(newest).toMatchObject({ run: { id: run } });
      expect(await rejection(runCancel.run({ run: 'nobody-0000' }, at.ops))).toMatchObject({ code: 'UNKNOWN_RUN' });
      at.stop.abort();
      const again = desk({ state: at.state, quietSeconds: 0 });
      expect(await again.ops.resume(run, 'back')).toMatchObject({ state: 'rolled_back' });
      expect(at.texts()).toEqual(['old', 'old']);
      expect(await rejection(runCancel.run({ run }, again.ops))).toMatchObject({ code: 'USAGE' });
    });

    test('is held back a while after another, also by another process', async () => {
      const at = desk({ policy: { rules: [{ decide: 'allow' }] } });
      expect(await at.ops.change(at.request())).toMatchObject({ state: 'verified' });
      expect(await at.ops.change(at.request('newer'))).toMatchObject({
        state: 'held',
        said: expect.stringContaining('free again in'),
      });
    });

    test('whose second step fails is taken back', async () => {
      const at = desk({ files: ['one', 'two'] });
      const bad = putFile({ how: 'fails' });
      const { ops } = changeOps({
        state: join(at.paths[0] ?? '', '..', 'state-2'),
        transport,
        nodes: at.fleet.nodes,
        actions: [putFile(), { ...bad, name: 'test.bad' }],
        policy: freeHand,
      });
      const [one, two] = at.request().steps;
      if (one === undefined || two === undefined) throw new Error('no steps');
      const outcome = await ops.change({ ...at.request(), steps: [one, { ...two, action: 'test.bad' }] });
      expect(outcome).toMatchObject({ state: 'rolled_back', said: expect.stringContaining('no such luck') });
      expect(at.texts()).toEqual(['old', 'old']);
      expect(at.times()).toEqual(['new', 'old']);
    });

    test('that does not last is not called proven, and is taken back', async () => {
      const at = desk({ how: 'dies', quietSeconds: 1 });
      const outcome = await at.ops.change(at.request());
      expect(outcome.state).not.toBe('verified');
      expect(outcome.said).toMatch(/not proven|holds something else/);
    });

    test('whose line is cut in the middle is looked at, and never sent again', async () => {
      const at = desk({ how: 'slow' });
      const outcome = at.ops.change(at.request());
      await expect.poll(() => at.times(), { timeout: 10_000 }).toEqual(['new']);
      sshd.killSessions();
      // The program there ends with its line, so it was not done.
      expect(await outcome).toMatchObject({ state: 'not_verified', said: expect.stringContaining('was not done') });
      expect(at.texts()).toEqual(['old']);
      expect(at.times()).toEqual(['new']);
      expect(lockFile()).toBe(false);
    });

    test('of two operators at once one is told who the other is', async () => {
      const at = desk({ how: 'slow' });
      const other = desk({ principal: 'cli:ben' });
      const first = at.ops.change(at.request());
      await expect.poll(() => at.times(), { timeout: 10_000 }).toEqual(['new']);
      expect(await rejection(other.ops.change(other.request()))).toMatchObject({
        code: 'NODE_BUSY',
        message: expect.stringContaining('cli:ana'),
      });
      expect(await first).toMatchObject({ state: 'verified' });
      expect(other.times()).toEqual([]);
    });

    test('that is stopped in the middle stays open, and can be finished or taken back', async () => {
      const at = desk({ quietSeconds: 30 });
      onTestFinished(() => at.stop.abort());
      const outcome = rejection(at.ops.change(at.request()));
      await expect.poll(() => at.said.some((line) => line.startsWith('Well for')), { timeout: 10_000 }).toBe(true);
      at.stop.abort();
      expect(await outcome).toMatchObject({ code: 'CANCELLED', hint: expect.stringContaining('rackhand run resume') });
      const [run] = await at.ops.runs.list();
      if (run === undefined || 'trouble' in run) throw new Error('no run');
      expect(run.closed).toBeUndefined();
      const later = changeOps({
        state: join(at.paths[0] ?? '', '..', 'state'),
        transport,
        nodes: at.fleet.nodes,
        actions: [putFile()],
        policy: freeHand,
      });
      expect(await later.ops.resume(run.run.id, 'back')).toMatchObject({ state: 'rolled_back' });
      expect(at.texts()).toEqual(['old']);
      expect(await rejection(later.ops.resume(run.run.id, 'on'))).toMatchObject({ code: 'USAGE' });
    });
  },
);
