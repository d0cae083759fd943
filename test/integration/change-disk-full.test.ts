import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fileEdit } from '../../src/actions/file-edit.ts';
import type { ChangeOps } from '../../src/core/tool.ts';
import { policyRevision } from '../../src/engine/policy-revision.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { onJournalLine } from '../support/journal-lines.ts';
import { startLane, type Lane } from '../support/lane.ts';
import { canMakeRooms } from '../support/lock-room.ts';
import { putFile } from '../support/put-file.ts';
import { has } from '../support/requires.ts';
import { rejection, scratchFolder } from '../support/scratch-folder.ts';

const isAble = has('sshd') && has('mount') && canMakeRooms;
const transport = createSshTransport();
let lane: Lane;
let atLine: (line: number, when: 'before' | 'after') => void = () => undefined;

/** A filesystem of its own that has no room until `free`. */
function fullDisk(folder: string) {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return filling(folder);
}

function filling(folder: string) {
  const filler = join(folder, 'filler');
  const fill = () => {
    try {
      writeFileSync(filler, Buffer.alloc(65_536));
    } catch {
      // That is what it is for.
    }
  };
  return { fill, free: () => rmSync(filler) };
}

/** A file of a node, and the door to change it; its old text does not fit into what a full disk has left of a block. */
function desk(rules: (typeof freeHand)['rules'] = freeHand.rules) {
  const folder = scratchFolder();
  const state = join(folder.path, 'state');
  const long = 'old '.repeat(2_000);
  const path = folder.write('one', long);
  const node = lane.node();
  const door = changeOps({
    state,
    transport,
    nodes: [node],
    actions: [putFile()],
    policy: { ...freeHand, rules },
    onSay: (message) => sent.forEach((happens) => happens(message)),
  });
  const sent: ((message: string) => void)[] = [];
  onTestFinished(door.close);
  const put = async () =>
    await door.ops.change({
      tool: 'test_put',
      node,
      why: 'a test',
      steps: [{ action: 'test.put', args: { path, text: 'new' } }],
    });
  const times = () => (existsSync(`${path}.times`) ? readFileSync(`${path}.times`, 'utf8') : '');
  return { ...door, put, times, state, sent, path };
}

const approve = async ({ stores, fleet }: ReturnType<typeof desk>, digest: string) => {
  const at = Date.now();
  const who = { node: 'gpu-1', policy: policyRevision(fleet.policy), by: 'cli:ben', how: 'terminal' as const };
  await stores.approvals.give({ digest, ...who, at, until: at + 60_000 });
};

async function onlyRun({ runs }: ChangeOps): Promise<string> {
  const [run] = await runs.list();
  if (run === undefined || 'trouble' in run) throw new Error('no run');
  return run.run.id;
}

describe.skipIf(!isAble)('a disk that is full (needs sshd, mount, root and unshare)', () => {
  beforeAll(async () => {
    await onJournalLine((line, when) => atLine(line, when));
    lane = await startLane('mount -t tmpfs -o size=64k,mode=0700 none /mnt');
  });
  afterAll(async () => {
    await transport.close();
    await lane.close();
  });

  const noRoom = expect.stringMatching(/no space left on device/i);
  test.each([
    ['runs', 'JOURNAL_FAILED'],
    ['audit', 'AUDIT_FAILED'],
  ])('here, for %s: nothing is sent, and nothing is left that somebody has to look after', async (store, code) => {
    const { put, times, state, ops } = desk();
    const disk = fullDisk(join(state, store));
    disk.fill();
    expect(await rejection(put())).toMatchObject({ code, message: noRoom });
    expect(times()).toBe('');
    disk.free();
    expect((await ops.runs.list()).filter((run) => 'trouble' in run || run.closed === undefined)).toEqual([]);
    expect(await put()).toMatchObject({ state: 'verified' });
    expect(times()).toBe('new\n');
  });

  test('here, for evidence: nothing is sent, and the run can be gone on with when there is room', async () => {
    const { put, times, state, ops } = desk();
    const disk = fullDisk(join(state, 'evidence'));
    disk.fill();
    expect(await rejection(put())).toMatchObject({ code: 'STATE_FAILED', message: noRoom });
    expect(times()).toBe('');
    disk.free();
    expect(await ops.resume(await onlyRun(ops), 'on')).toMatchObject({ state: 'verified' });
    expect(times()).toBe('new\n');
  });

  test('here, for plans: nobody can approve what could not be kept', async () => {
    const at = desk([]);
    const disk = fullDisk(join(at.state, 'plans'));
    disk.fill();
    expect(await rejection(at.put())).toMatchObject({ code: 'STATE_FAILED', message: noRoom });
    disk.free();
    const { set } = await at.put();
    await approve(at, set?.digest ?? '');
    disk.fill();
    expect(await at.put()).toMatchObject({ state: 'verified' });
  });

  test('here, for approvals: what can not be used up does not count', async () => {
    const at = desk([]);
    const disk = fullDisk(join(at.state, 'approvals'));
    const { set } = await at.put();
    await approve(at, set?.digest ?? '');
    disk.fill();
    expect(await rejection(at.put())).toMatchObject({ code: 'STATE_FAILED', message: noRoom });
    expect(at.times()).toBe('');
    disk.free();
    expect(await at.put()).toMatchObject({ state: 'verified' });
    expect(at.times()).toBe('new\n');
  });

  test('here, for the journal in the middle of a run: no intent on disk, nothing sent', async () => {
    const { put, times, state, ops } = desk();
    const disk = fullDisk(join(state, 'runs'));
    atLine = (line, when) => {
      if (line === 2 && when === 'after') disk.fill();
    };
    onTestFinished(() => void (atLine = () => undefined));
    expect(await rejection(put())).toMatchObject({ code: 'JOURNAL_FAILED', hint: expect.stringContaining('resume') });
    expect(times()).toBe('');
    disk.free();
    expect(await ops.resume(await onlyRun(ops), 'on')).toMatchObject({ state: 'verified' });
    expect(times()).toBe('new\n');
  });

  test('an audit that is tampered with in the middle of a run stops the change before it is sent', async () => {
    const { put, times, state, sent } = desk();
    sent.push((message) => {
      if (!message.startsWith('Put')) return;
      const audit = join(state, 'audit');
      for (const name of readdirSync(audit).filter((each) => each.endsWith('.jsonl')))
        appendFileSync(join(audit, name), 'x');
    });
    expect(await put()).toMatchObject({
      state: 'not_verified',
      said: expect.stringMatching(/It failed: The audit can not be written/),
    });
    expect(times()).toBe('');
  });

  test('on the node: the file stays as it was, whole, and nothing lies beside it', async () => {
    const path = '/mnt/llama.env';
    const disk = lane.room.seen('/mnt');
    const text = () => readFileSync(join(disk, 'llama.env'), 'utf8');
    const { fill, free } = filling(disk);
    writeFileSync(join(disk, 'llama.env'), 'CTX=4096\n');
    fill();
    const node = lane.node({ services: { llama: { manager: 'none', editable: [path] } } });
    const state = scratchFolder().path;
    const door = changeOps({ state, transport, nodes: [node], actions: [fileEdit], policy: freeHand });
    onTestFinished(door.close);
    const steps = [{ action: 'file.edit', args: { service: 'llama', path, key: 'CTX', value: '8192' } }];
    const request = { tool: 'file_edit', node, why: 'a test', steps };
    expect(await door.ops.change(request)).toMatchObject({
      state: 'not_verified',
      said: expect.stringContaining('there is no room on its filesystem'),
    });
    expect([text(), readdirSync(disk).toSorted()]).toEqual(['CTX=4096\n', ['filler', 'llama.env']]);
    free();
    expect(await door.ops.change(request)).toMatchObject({ state: 'verified' });
    expect(text()).toBe('CTX=8192\n');
  });
});
