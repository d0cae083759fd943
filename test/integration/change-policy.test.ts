import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandRun } from '../../src/actions/command-run.ts';
import type { ChangeState } from '../../src/core/change-outcome.ts';
import { commandRun as commandRunTool } from '../../src/tools/command-run.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { callTool } from '../support/call-tool.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { startLane, type Lane } from '../support/lane.ts';
import { canMakeRooms } from '../support/lock-room.ts';
import { putFile } from '../support/put-file.ts';
import { has } from '../support/requires.ts';

const isAble = has('sshd') && canMakeRooms;
const folder = mkdtempSync(join(tmpdir(), 'rh-change-policy-'));
const transport = createSshTransport();
const closing: (() => Promise<void>)[] = [];
let lane: Lane;

type Policy = typeof freeHand;
type When = NonNullable<NonNullable<Policy['rules']>[number]['when']>;

/** The door to nodes that are told apart by their names only; a change of each is a text in a file of its own. */
function door(policy: Policy, { state = mkdtempSync(join(folder, 'state-')), principal = 'cli:ana' } = {}) {
  const nodes = [1, 2, 3, 4].map((number) => lane.node({ labels: { rack: 'b2' } }, `gpu-${number}`));
  const put = putFile();
  const { ops, close } = changeOps({
    state,
    transport,
    nodes,
    actions: [put, { ...put, name: 'service.restart' }],
    policy,
    principal,
  });
  closing.push(close);
  return async (number = 1, text = 'new', action = 'test.put'): Promise<{ state: ChangeState; said: string }> => {
    const node = nodes[number - 1];
    if (node === undefined) throw new Error('no node');
    const path = join(state, `file-${number}`);
    writeFileSync(path, 'old');
    const steps = [{ action, args: { path, text, service: 'llama' } }];
    const { state: stands, said } = await ops.change({ tool: 'test', node, why: 'a test', steps });
    expect(readFileSync(path, 'utf8')).toBe(stands === 'verified' ? text : 'old');
    return { state: stands, said };
  };
}

describe.skipIf(!isAble)('the policy at the door (needs sshd, root and unshare)', () => {
  beforeAll(async () => {
    lane = await startLane();
  });
  afterAll(async () => {
    await Promise.all(closing.map((close) => close()));
    await transport.close();
    await lane.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const otherDay = new Date().getUTCDay() < 3 ? 'Fri' : 'Mon';
  test.each<[keyof When, When, When]>([
    ['effect', { effect: 'change' }, { effect: 'create' }],
    ['risk', { risk: ['safe', 'approve'] }, { risk: 'safe' }],
    ['action', { action: 'test.*' }, { action: 'service.*' }],
    ['label', { label: 'rack=b2' }, { label: 'rack=b3' }],
    ['node', { node: 'gpu-1' }, { node: 'gpu-2' }],
    ['service', { service: ['whisper', 'll*'] }, { service: 'whisper' }],
    ['principal', { principal: 'cli:ana' }, { principal: 'mcp:ana' }],
    ['hours', { hours: 'Mon-Sun' }, { hours: otherDay }],
  ])('a rule by %s holds where it fits, and nowhere else', async (_key, fits, misses) => {
    const limits = freeHand.limits;
    const why = 'Told so.';
    const allow = { decide: 'allow' } as const;
    expect(await door({ limits, rules: [{ decide: 'allow', when: fits }] })()).toMatchObject({ state: 'verified' });
    expect(await door({ limits, rules: [{ decide: 'allow', when: misses }] })()).toMatchObject({
      state: 'awaiting_approval',
    });
    expect(await door({ limits, rules: [allow, { decide: 'ask', when: fits, why }] })()).toMatchObject({
      state: 'awaiting_approval',
    });
    expect(await door({ limits, rules: [allow, { decide: 'deny', when: fits, why }] })()).toEqual({
      state: 'denied',
      said: 'Told so. (fleet.yaml:2)',
    });
    expect(await door({ limits, rules: [allow, { decide: 'deny', when: misses }] })()).toMatchObject({
      state: 'verified',
    });
  });

  test('read-only wins over every rule, and over who asks', async () => {
    for (const principal of ['cli:ana', 'mcp:agent'])
      expect(await door({ ...freeHand, read_only: true }, { principal })()).toMatchObject({
        state: 'denied',
        said: expect.stringContaining('read-only'),
      });
  });

  test('what only a person does is told to them, word by word, and never run', async () => {
    const made = join(folder, 'made');
    const node = lane.node({ commands: { wipe: { words: ['touch', made], risk: 'person', why: 'After a backup.' } } });
    const state = join(folder, 'person');
    const { ops, close } = changeOps({ state, transport, nodes: [node], actions: [commandRun], policy: freeHand });
    closing.push(close);
    const report = await callTool(ops, commandRunTool, { node: 'gpu-1', command: 'wipe' });
    expect(report).toMatchObject({
      data: { state: 'denied', run: null },
      next: [{ say: expect.stringContaining(`A person does it: Run touch ${made}`) }],
    });
    expect(existsSync(made)).toBe(false);
  });

  test('a service may be restarted so often in 30 minutes and in 7 days, whoever asks, in whatever process', async () => {
    const limits = { cooldownSeconds: 0, restartsPer30Min: 2, restartsPer7Days: 1_000 };
    const state = mkdtempSync(join(folder, 'limits-'));
    const rules = [{ decide: 'allow' as const }];
    const states: unknown[] = [];
    for (const principal of ['cli:ana', 'cli:ben', 'mcp:ana'])
      states.push(await door({ rules, limits }, { state, principal })(1, principal, 'service.restart'));
    expect(states).toMatchObject([
      { state: 'verified' },
      { state: 'verified' },
      { state: 'held', said: expect.stringContaining('2 times in 30 min; 2 are allowed') },
    ]);
    const week = { ...limits, restartsPer30Min: 1_000, restartsPer7Days: 2 };
    expect(await door({ rules, limits: week }, { state })(1, 'more', 'service.restart')).toMatchObject({
      state: 'held',
      said: expect.stringMatching(/in 7 d(?:ays)?; 2 are allowed/),
    });
    expect(await door({ rules, limits }, { state })(2, 'more', 'service.restart')).toMatchObject({ state: 'verified' });
  });

  test('of four nodes that want the same at once, the third is held: the cause is not theirs', async () => {
    const change = door({ rules: [{ decide: 'allow' }] });
    expect([await change(1), await change(2)]).toMatchObject([{ state: 'verified' }, { state: 'verified' }]);
    for (const number of [3, 4])
      expect(await change(number)).toMatchObject({
        state: 'held',
        said: expect.stringContaining('look for the cause that they share'),
      });
  });
});
