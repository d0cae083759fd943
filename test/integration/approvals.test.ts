import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createApprovals, type Counted } from '../../src/engine/approvals.ts';
import { approval, changeSet } from '../support/change-set.ts';
import { has } from '../support/requires.ts';
import { rejection, scratchFolder } from '../support/scratch-folder.ts';

/** Says that it is there, and at a line on its stdin takes an approval of each plan for its run. */
const taker = `
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { createApprovals } from './src/engine/approvals.ts';
const [, , state, run, plans] = process.argv;
const { take } = createApprovals(state, () => []);
writeSync(1, 'ready\\n');
await once(process.stdin, 'data');
for (let plan = 0; plan < Number(plans); plan += 1) {
  const digest = plan.toString(16).padStart(64, '0');
  const taken = await take({ digest, node: 'gpu-1', policy: '1'.repeat(64), run, at: Date.now() });
  writeSync(1, JSON.stringify(taken) + '\\n');
}
process.exit(0);
`;

const digestOfPlan = (plan: number) => plan.toString(16).padStart(64, '0');

async function ground(plans: number) {
  const { path } = scratchFolder();
  const program = join(path, 'taker.mjs');
  await build({
    stdin: { contents: taker, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  const state = join(path, 'state');
  const at = Date.now();
  const store = createApprovals(state, () => []);
  for (let plan = 0; plan < plans; plan += 1)
    await store.give(approval({ digest: digestOfPlan(plan), at, until: at + 900_000 }));
  return { program, state, take: store.take };
}

/** A process that waits for the word; `go` gives it, and resolves to what it was told of each plan before it ended. */
async function startTaker({ program, state }: { program: string; state: string }, run: string, plans: number) {
  const child = spawn(process.execPath, [program, state, run, String(plans)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return async (killAfter = Number.POSITIVE_INFINITY): Promise<readonly Counted[]> => {
    const closed = once(child, 'close');
    child.stdin.write('go\n');
    const told: Counted[] = [];
    for (let line = await lines.next(); line.done !== true; line = await lines.next())
      if (told.push(JSON.parse(line.value) as Counted) === killAfter) child.kill('SIGKILL');
    await closed;
    return told;
  };
}

test('of twenty processes that want it at once, one gets it', async () => {
  const plans = 10;
  const place = await ground(plans);
  const takers = await Promise.all(Array.from({ length: 20 }, (_, run) => startTaker(place, `r${run}`, plans)));
  const told = await Promise.all(takers.map((go) => go()));
  for (let plan = 0; plan < plans; plan += 1) {
    const winners = told.flatMap((each, run) => (each[plan]?.counts === true ? [`r${run}`] : []));
    expect(winners).toHaveLength(1);
    const others = told.map((each) => each[plan]).flatMap((each) => (each?.counts === false ? [each.because] : []));
    expect(others).toEqual(Array(19).fill(`ana approved it, but that was used by run ${winners[0]}.`));
  }
});

test('a run killed at any moment gets back what it had, and no other run gets that', async () => {
  const plans = 40;
  const place = await ground(plans);
  const had = new Set<number>();
  for (const killAfter of [3, 11, 19, 28]) {
    const told = await (await startTaker(place, 'r1', plans))(killAfter);
    expect(told.every(({ counts }) => counts)).toBe(true);
    for (const plan of told.keys()) had.add(plan);
  }
  const taken = async (plan: number, run: string) => {
    const { counts } = await place.take({
      digest: digestOfPlan(plan),
      node: 'gpu-1',
      policy: approval().policy,
      run,
      at: Date.now(),
    });
    return counts;
  };
  const others: number[] = [];
  for (let plan = 0; plan < plans; plan += 1) {
    const isOther = await taken(plan, 'r2');
    if (isOther) others.push(plan);
    // Whichever of them has it, the other has not.
    expect([plan, await taken(plan, 'r1')]).toEqual([plan, !isOther]);
  }
  expect(others.filter((plan) => had.has(plan))).toEqual([]);
  expect(had.size).toBeGreaterThanOrEqual(28);
  expect(others.length).toBeGreaterThan(0);
});

describe.skipIf(process.getuid?.() !== 0 || !has('mount'))('on a full disk (where root may mount)', () => {
  let state: string;
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'rh-approvals-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', state]);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', state]);
    rmSync(state, { recursive: true });
  });

  test('nothing is kept and nothing is used up, and both are said', async () => {
    const { propose, list, give, take, standing } = createApprovals(
      state,
      () => [],
      () => 1_060_000,
    );
    const { digest, node, policy } = approval();
    const occasion = { digest, node, policy, at: 1_060_000 };
    const full = { code: 'STATE_FAILED', message: expect.stringContaining('ENOSPC'), hint: expect.any(String) };
    await give(approval());
    const filler = join(state, 'filler');
    expect(() => writeFileSync(filler, Buffer.alloc(70_000))).toThrow('ENOSPC');
    expect(await rejection(give(approval({ by: 'ben' })))).toMatchObject(full);
    expect(await rejection(propose(changeSet()))).toMatchObject(full);
    expect(await list()).toEqual([]);
    expect(await rejection(take({ ...occasion, run: 'r1' }))).toMatchObject(full);
    rmSync(filler);
    expect(await standing(occasion)).toEqual({ counts: true, approval: approval() });
    expect(await take({ ...occasion, run: 'r2' })).toMatchObject({ counts: true });
  });
});
