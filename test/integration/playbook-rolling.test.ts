import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Report } from '../../src/core/report.ts';
import { standing } from '../../src/core/run-story.ts';
import { policyRevision } from '../../src/engine/policy-revision.ts';
import { playbookPlan } from '../../src/tools/playbook-plan.ts';
import { playbookRun } from '../../src/tools/playbook-run.ts';
import type { playData } from '../../src/tools/play-report.ts';
import { runResume } from '../../src/tools/run-resume.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { callTool } from '../support/call-tool.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { startLane, type Lane } from '../support/lane.ts';
import { canMakeRooms } from '../support/lock-room.ts';
import { putFile } from '../support/put-file.ts';
import { has } from '../support/requires.ts';
import { fillFile, stateIn, type RollingPlan } from '../support/rolling.ts';
import { rejection } from '../support/scratch-folder.ts';
import { freePort } from '../support/sshd.ts';

const isAble = has('sshd') && canMakeRooms;
const root = mkdtempSync(join(tmpdir(), 'rh-rolling-'));
let program: BuiltProgram;
const transport = createSshTransport();
const closing: (() => Promise<void>)[] = [];
const many = 12;
const names = Array.from({ length: many }, (_, index) => `gpu-${String(index + 1).padStart(2, '0')}`);
/** Where more would show nothing else. */
const few = names.slice(0, 5);
const limits = { cooldownSeconds: 0 };
const allow = [{ decide: 'allow' as const }];
/** Each test has nodes of its own to lock, and those of one batch have each their own too. */
const lanesEach = 3;
const stories = ['one', 'more', 'shared', 'gone', 'asked', 'cancel', 'crash', 'same', 'first'] as const;
const lanes = new Map<(typeof stories)[number], readonly Lane[]>();

type Rolled = Report<z.output<typeof playData>>;

interface Given {
  /** Its file can't be written. */
  readonly broken?: string;
  readonly unreachable?: { readonly name: string; readonly port: number };
  readonly policy?: Parameters<typeof changeOps>[0]['policy'];
  readonly signal?: AbortSignal;
  onSay?(message: string): void;
}

/** Twelve nodes that all want the same: their names tell them apart, and a file of each. */
function farm(story: (typeof stories)[number], { broken, unreachable, policy = freeHand, signal, onSay }: Given = {}) {
  const folder = mkdtempSync(join(root, `${story}-`));
  const own = lanes.get(story) ?? [];
  for (const name of names) writeFileSync(join(folder, name), '');
  if (broken !== undefined) mkdirSync(join(folder, `${broken}.new`));
  const nodes = names.map((name, index) => {
    const lane = own[index % own.length];
    if (lane === undefined) throw new Error('no lane');
    const ssh = unreachable?.name === name ? { ssh: { port: unreachable.port } } : {};
    return lane.node({ files: [join(folder, name)], ...ssh }, name);
  });
  const { ops, stores, fleet, said, close } = changeOps({
    state: stateIn(folder),
    transport,
    nodes,
    actions: [putFile()],
    policy,
    playbooks: [fillFile(folder)],
    ...(signal !== undefined && { signal }),
    ...(onSay !== undefined && { onSay }),
  });
  closing.push(close);
  const put = (tool: typeof playbookRun | typeof playbookPlan) => async (more: object) =>
    await callTool<z.output<typeof playData>>(ops, tool, { playbook: 'fill_file', nodes: [], ...more });
  return {
    folder,
    nodes,
    ops,
    said,
    roll: put(playbookRun),
    plan: put(playbookPlan),
    cured: () => names.filter((name) => readFileSync(join(folder, name), 'utf8') === 'well'),
    async approve(node: string, digest: string) {
      const at = Date.now();
      const who = { node, policy: policyRevision(fleet.policy), by: 'cli:ben', how: 'terminal' as const };
      await stores.approvals.give({ digest, ...who, at, until: at + 60_000 });
    },
  };
}

const states = ({ data }: Rolled) => data.nodes.map(({ node, state }) => `${node} ${state}`);
const digests = ({ data }: Rolled) => data.nodes.map(({ digest }) => digest);
const verified = (some: readonly string[]) => some.map((name) => `${name} verified`);

describe.skipIf(!isAble)('a playbook over twelve nodes (needs sshd, root and unshare)', () => {
  beforeAll(async () => {
    program = await builtProgram('test/support/rolling-program.ts');
    for (const story of stories)
      lanes.set(story, await Promise.all(Array.from({ length: story === 'more' ? lanesEach : 1 }, () => startLane())));
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await transport.close();
    await Promise.all([...lanes.values()].flat().map((lane) => lane.close()));
    program.remove();
    rmSync(root, { recursive: true, force: true });
  });

  test.concurrent('one goes first, then one by one, and no further than the first that fails', async () => {
    const { roll, cured, said } = farm('one', { broken: 'gpu-04' });
    const report = await roll({});
    expect(states(report)).toEqual([...verified(names.slice(0, 3)), 'gpu-04 rolled_back']);
    expect(report.summary).toMatch(
      /3 nodes cured.*1 node taken back \(gpu-04\)\. 1 node failed: 8 more left as before\.$/,
    );
    expect(report.status).toBe('degraded');
    expect(cured()).toEqual(names.slice(0, 3));
    expect(said).toContain('1 of 12 nodes done, 0 failed');
  });

  test.concurrent('the first of all stops it before another node is touched', async () => {
    const { roll, cured } = farm('first', { broken: 'gpu-01' });
    const report = await roll({ serial: '100%', maxfail: 5 });
    expect(states(report)).toEqual(['gpu-01 rolled_back']);
    expect(cured()).toEqual([]);
  });

  test.concurrent('it goes on while few enough fail, several at once', async () => {
    const { roll, cured } = farm('more', { broken: 'gpu-04' });
    const report = await roll({ serial: '25%', maxfail: 25 });
    expect(states(report)).toHaveLength(many);
    expect(report.summary).toContain('11 nodes cured; 1 node taken back (gpu-04).');
    expect(cured()).toEqual(names.filter((name) => name !== 'gpu-04'));
    const again = await roll({ serial: '25%', maxfail: 25 });
    expect(again.summary).toMatch(/11 nodes well; 1 node taken back/);
  });

  test.concurrent('where so many want the same, nothing is done unless that is said, and then the brake holds', async () => {
    const { roll, cured } = farm('shared', { policy: { rules: allow, limits } });
    const stopped = await roll({});
    expect(stopped.summary).toContain('12 of 12 nodes want the same (fill): look for a cause that they share');
    expect(cured()).toEqual([]);
    expect(stopped).toMatchObject({
      change: { state: 'held' },
      next: [{ tool: 'node_triage' }, { args: { shared: true } }],
    });
    expect(stopped.data.nodes.flatMap(({ runs }) => runs)).toEqual([]);
    // The policy of the fleet is nothing that a caller can talk away.
    const braked = await roll({ shared: true });
    expect(states(braked)).toEqual([...verified(names.slice(0, 5)), 'gpu-06 held']);
    expect(braked.summary).toContain('6 more nodes are left as they are until that is decided.');
    expect(cured()).toEqual(names.slice(0, 5));
  });

  test.concurrent('a node that is not reached counts as failed', async () => {
    const { roll, cured } = farm('gone', { unreachable: { name: 'gpu-02', port: await freePort() } });
    const first = await roll({});
    expect(states(first)).toEqual(['gpu-01 verified', 'gpu-02 unknown']);
    expect(first.summary).toContain('1 node failed: 10 more left as before.');
    expect(cured()).toEqual(['gpu-01']);
    const on = await roll({ nodes: names.slice(0, 5), maxfail: 20 });
    expect(states(on)).toEqual(['gpu-01 well', 'gpu-02 unknown', ...verified(names.slice(2, 5))]);
    expect(on.status).not.toBe('ok');
  });

  test.concurrent('it waits at the first node that wants an approval, and goes on from there', async () => {
    const rules = [
      ...allow,
      { decide: 'ask' as const, when: { node: ['gpu-03', 'gpu-05'] }, why: 'They are in the hall of others.' },
    ];
    const { roll, cured, approve } = farm('asked', { policy: { ...freeHand, rules } });
    const waits = await roll({});
    expect(states(waits)).toEqual([...verified(names.slice(0, 2)), 'gpu-03 awaiting_approval']);
    expect(waits.summary).toContain('9 more nodes are left as they are until that is decided.');
    expect(waits.change).toMatchObject({ state: 'awaiting_approval' });
    const same = await roll({});
    expect(states(same)).toEqual(['gpu-01 well', 'gpu-02 well', 'gpu-03 awaiting_approval']);
    expect(same.change?.digest).toBe(waits.change?.digest);
    await approve('gpu-03', waits.change?.digest ?? '');
    const next = await roll({});
    expect(states(next)).toEqual([
      'gpu-01 well',
      'gpu-02 well',
      ...verified(['gpu-03', 'gpu-04']),
      'gpu-05 awaiting_approval',
    ]);
    expect(cured()).toEqual(names.slice(0, 4));
  });

  test.concurrent('cancelled, it stops where it can be gone on with, and says where it stands', async () => {
    const cancel = new AbortController();
    const first = farm('cancel', {
      signal: cancel.signal,
      onSay: (message) => {
        if (message.includes('Put "well"') && message.includes('gpu-03')) cancel.abort();
      },
    });
    const thrown = await rejection(first.roll({ nodes: few }));
    expect(thrown).toMatchObject({ code: 'CANCELLED', hint: expect.stringContaining('2 of 5 nodes were done') });
    const { ops, roll, cured } = sameNodes(first);
    const open = (await ops.runs.list()).flatMap((story) => ('run' in story ? [story] : []));
    const left = open.find(({ run }) => run.node === 'gpu-03');
    expect(open.map(({ run }) => run.node).toSorted()).toEqual(names.slice(0, 3));
    expect(left === undefined ? '' : standing(left)).toMatch(/^(?:unknown|running|planned)$/);
    await callTool(ops, runResume, { run: left?.run.id ?? '' });
    const report = await roll({ nodes: few });
    expect(states(report)).toEqual([...few.slice(0, 3).map((name) => `${name} well`), ...verified(few.slice(3))]);
    expect(cured()).toEqual(few);
  });

  test.concurrent('killed in the middle, run_resume ends what was open, and the playbook does the rest', async () => {
    const one = farm('crash');
    const file = join(one.folder, 'plan.json');
    const plan: RollingPlan = { folder: one.folder, nodes: one.nodes.slice(0, few.length), killAt: 3 };
    writeFileSync(file, JSON.stringify(plan));
    const child = spawn(process.execPath, [program.path, file], { stdio: 'ignore' });
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');
    const runs = (await one.ops.runs.list()).flatMap((story) => ('run' in story ? [story] : []));
    const left = runs.find(({ run }) => run.node === 'gpu-03');
    expect(left === undefined ? '' : standing(left)).toBe('unknown');
    const resumed = await callTool(one.ops, runResume, { run: left?.run.id ?? '' });
    expect(resumed.data.state).toBe('verified');
    const report = await one.roll({ nodes: few });
    expect(states(report)).toEqual([...few.slice(0, 3).map((name) => `${name} well`), ...verified(few.slice(3))]);
    expect(one.cured()).toEqual(few);
    for (const name of few) expect(readFileSync(join(one.folder, `${name}.times`), 'utf8'), name).toBe('well\n');
  });

  test.concurrent('planned twice, each node has the same digest, and nothing is done', async () => {
    const { plan, roll, cured, folder } = farm('same');
    const first = digests(await plan({}));
    expect(new Set(first).size).toBe(many);
    expect(digests(await plan({}))).toEqual(first);
    expect(digests(await roll({ plan: true }))).toEqual(first);
    expect(cured()).toEqual([]);
    expect(existsSync(join(stateIn(folder), 'runs'))).toBe(false);
  });
});

/** The same nodes and the same state, for a call of its own. */
function sameNodes({ folder, nodes }: ReturnType<typeof farm>) {
  const { ops, close } = changeOps({
    state: stateIn(folder),
    transport,
    nodes,
    actions: [putFile()],
    policy: freeHand,
    playbooks: [fillFile(folder)],
  });
  closing.push(close);
  const roll = async (more: object) =>
    await callTool<z.output<typeof playData>>(ops, playbookRun, { playbook: 'fill_file', nodes: [], ...more });
  return {
    ops,
    roll,
    cured: () => names.filter((name) => readFileSync(join(folder, name), 'utf8') === 'well'),
  };
}
