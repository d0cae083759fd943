import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createRuns } from '../../src/engine/runs.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { freeHand } from '../support/change-ops.ts';
import { startLane, type Lane } from '../support/lane.ts';
import { canMakeRooms } from '../support/lock-room.ts';
import { inRun, letRunOut } from '../support/node-lock.ts';
import { has } from '../support/requires.ts';
import { runProgram, startProgram } from '../support/run-program.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'rh-change-race-'));
let lane: Lane;
let program: BuiltProgram;

const isAble = has('sshd') && canMakeRooms;

/** A state of its own for `rackhand`, and a fleet with a command that says that it runs and waits to be let go. */
function operator(name: string, policy: object = freeHand) {
  const own = join(folder, name);
  mkdirSync(own);
  const script = join(own, 'deploy.sh');
  writeFileSync(script, '#!/bin/sh\necho run >> "$1/runs"\nwhile [ ! -e "$1/go" ]; do sleep 0.05; done\n', {
    mode: 0o755,
  });
  const { ssh } = lane.node();
  const [ran, done] = [join(own, 'runs'), join(own, 'done')];
  const commands = {
    deploy: { words: [script, own], files: [ran] },
    blind: { words: [script, own] },
    quick: { words: ['cp', join(own, 'fleet.yaml'), done], files: [done] },
  };
  writeFileSync(join(own, 'fleet.yaml'), stringify({ policy, nodes: { 'gpu-1': { ssh, commands } } }));
  const env = { ...program.env, RACKHAND_FLEET: join(own, 'fleet.yaml'), RACKHAND_STATE: join(own, 'state') };
  return {
    start: (command: string) => startProgram({ path: program.path, env }, words(command)),
    call: async (...given: string[]) => await runProgram({ path: program.path, env }, given),
    run: async (command: string) => await runProgram({ path: program.path, env }, words(command)),
    runs: () => readIf(join(own, 'runs')).trim().split('\n').filter(Boolean).length,
    go: () => writeFileSync(join(own, 'go'), ''),
    list: () => createRuns(join(own, 'state/runs')).list(),
    audit: join(own, 'state/audit'),
  };
}
const words = (command: string) => ['command', 'run', 'gpu-1', command, '--yes', '--json'];
const readIf = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

describe.skipIf(!isAble)('two who change one node from two processes (needs sshd, root and unshare)', () => {
  beforeAll(async () => {
    [lane, program] = await Promise.all([startLane(), builtProgram('src/rackhand.ts')]);
  });
  afterAll(async () => {
    program.remove();
    await lane.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('exactly one does, the other is told who; and the audit holds what was done, to the byte', async () => {
    const [ana, ben] = [operator('ana'), operator('ben')];
    const both = [ana, ben].map((one) => ({ ...one, ...one.start('deploy') }));
    const ends = both.map(async ({ ended }, index) => ({ index, ...(await ended) }));
    const loser = await Promise.race(ends);
    expect(loser).toMatchObject({ code: 75, stderr: expect.stringContaining('is being changed by') });
    const winner = both[1 - loser.index];
    if (winner === undefined) throw new Error('nobody won');
    const [first] = await winner.list();
    if (first === undefined || 'trouble' in first) throw new Error('the winner has no run');
    expect(loser.stderr).toMatch(new RegExp(`being changed by cli:\\S+ \\(run ${first.run.id}\\)`));
    await until(() => winner.runs() === 1, 20_000);
    winner.go();
    const won = await Promise.all(ends).then((all) => all[1 - loser.index]);
    expect(won).toMatchObject({ code: 0, stdout: expect.stringContaining('"verified"') });
    expect([winner.runs(), both[loser.index]?.runs()]).toEqual([1, 0]);
    // What was refused is at its end, too.
    expect(await both[loser.index]?.list()).toMatchObject([{ closed: { how: 'not_verified' } }]);

    const files = readdirSync(winner.audit).filter((name) => name.endsWith('.jsonl'));
    const lines = files.flatMap((name) => readFileSync(join(winner.audit, name), 'utf8').trim().split('\n'));
    const intents = lines.filter((line) => line.includes('"type":"intent"') && line.includes('"effect":"change"'));
    expect(intents).toEqual([expect.stringContaining(`"run":"${first.run.id}"`)]);
    expect(lines.filter((line) => line.includes('"type":"result"')).length).toBeGreaterThan(0);
    expect(await winner.call('audit', 'verify')).toMatchObject({ code: 0 });
    const path = join(winner.audit, files[0] ?? '');
    const bytes = readFileSync(path);
    const at = bytes.indexOf('"intent"') + 3;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect(await winner.call('audit', 'verify')).toMatchObject({ code: 2 });
  });

  test('the lock of one that was killed is taken over when its lease is over, and the journal says from whom', async () => {
    const [dead, next] = [operator('dead'), operator('next')];
    const { child, ended } = dead.start('blind');
    await until(() => dead.runs() === 1, 30_000);
    child.kill('SIGKILL');
    await ended;
    const [left] = await dead.list();
    if (left === undefined || 'trouble' in left) throw new Error('no run');
    expect(await next.run('quick')).toMatchObject({ code: 75, stderr: expect.stringContaining(left.run.id) });
    letRunOut(lane.room.seen(inRun));
    expect(await next.run('quick')).toMatchObject({ code: 0 });
    const [run] = await next.list();
    expect(run).toMatchObject({ notes: [expect.stringMatching(/^The lock of the node was left by cli:/)] });
    // Nobody can tell by looking whether it was done: that is said, and it is not done again.
    const resumed = await dead.call('run', 'resume', left.run.id, '--yes', '--json');
    expect(resumed).toMatchObject({ code: 3, stdout: expect.stringContaining('"unknown"') });
    expect(dead.runs()).toBe(1);
  });

  test('a brake of one holds the other back, where they share what is kept', async () => {
    const one = operator('braked', { rules: [{ decide: 'allow' }] });
    expect(await one.run('quick')).toMatchObject({ code: 0 });
    expect(await one.run('quick')).toMatchObject({ code: 75, stdout: expect.stringContaining('"held"') });
  });
});
