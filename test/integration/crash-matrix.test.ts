import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { opsError } from '../../src/core/errors.ts';
import type { Node } from '../../src/core/node.ts';
import { createRuns } from '../../src/engine/runs.ts';
import { actions } from '../../src/actions/index.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { builtProgram, type BuiltProgram } from '../support/built-program.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { putFile } from '../support/put-file.ts';
import { canMakeRooms, lockRoom, type LockRoom } from '../support/lock-room.ts';
import { has } from '../support/requires.ts';
import { sshNode, startSshd, type Sshd } from '../support/sshd.ts';

const folder = mkdtempSync(join(tmpdir(), 'rh-crash-'));
/** Boundaries are tried side by side, each lane on a node of its own. */
const laneCount = 3;
/** Started, planned, and of each of three steps: saved, intent, result, verified; closed. */
const boundaries = 2 + 3 * 4 + 1;
let program: BuiltProgram;
let lanes: { readonly room: LockRoom; readonly sshd: Sshd }[] = [];

const all = (word: string) => [word, word, word];
const isAble = has('sshd') && canMakeRooms;

interface Ended {
  readonly killed: boolean;
  readonly answer: { readonly state: string; readonly said: string; readonly lines: number } | undefined;
}

async function ran(plan: object): Promise<Ended> {
  const file = join(mkdtempSync(join(folder, 'plan-')), 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  const child = spawn(process.execPath, [program.path, file], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { killed: child.signalCode === 'SIGKILL', answer: said === '' ? undefined : JSON.parse(said) };
}

/** By this process, which is another one than that which was killed: the state it came to, or the code of what refuses it. */
async function resumed({ state, node }: { state: string; node: Node }, run: string, way: 'on' | 'back') {
  const transport = createSshTransport();
  const { ops, close } = changeOps({
    state,
    transport,
    nodes: [node],
    actions: [putFile(), ...actions],
    policy: freeHand,
  });
  try {
    return (await ops.resume(run, way)).state;
  } catch (error) {
    return opsError(error).code;
  } finally {
    await close();
    await transport.close();
  }
}

/** One run, killed there, and gone on with one way by another process. */
async function story(lane: number, kill: { at: number; before: boolean }, way: 'on' | 'back') {
  const at = lanes[lane];
  if (at === undefined) throw new Error('no such lane');
  const own = mkdtempSync(join(folder, 'run-'));
  const paths = ['one', 'two', 'three'].map((name) => join(own, name));
  for (const path of paths) writeFileSync(path, 'old');
  const plan = { state: join(own, 'state'), node: sshNode(at.sshd), paths };
  const first = await ran({ ...plan, kill });
  const [run] = await createRuns(join(own, 'state/runs')).list();
  const id = run === undefined ? undefined : 'run' in run ? run.run.id : run.id;
  const second = id === undefined ? undefined : await resumed(plan, id, way);
  const times = paths.map((path) =>
    existsSync(`${path}.times`) ? readFileSync(`${path}.times`, 'utf8').trim().split('\n') : [],
  );
  const lockFile = at.room.seen('/run/lock/rackhand.lock');
  const lock = existsSync(lockFile);
  // As if its lease were over: the next story begins with a node that nobody holds.
  rmSync(lockFile, { force: true });
  return {
    killed: first.killed,
    second,
    texts: paths.map((path) => readFileSync(path, 'utf8')),
    twice: times.filter((all) => new Set(all).size !== all.length),
    lock,
  };
}

describe.skipIf(!isAble)('killed at every boundary of a run of three changes (needs sshd, root and unshare)', () => {
  beforeAll(async () => {
    program = await builtProgram('test/support/crash-program.ts');
    lanes = await Promise.all(
      Array.from({ length: laneCount }, async () => {
        const room = await lockRoom();
        return { room, sshd: await startSshd({ room }) };
      }),
    );
  });
  afterAll(async () => {
    await Promise.all(
      lanes.map(async ({ room, sshd }) => {
        await sshd.stop();
        await room.close();
      }),
    );
    program.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('without a kill there are as many boundaries as are tried', async () => {
    const at = lanes[0];
    if (at === undefined) throw new Error('no lane');
    const own = mkdtempSync(join(folder, 'run-'));
    const paths = ['one', 'two', 'three'].map((name) => join(own, name));
    for (const path of paths) writeFileSync(path, 'old');
    const { answer } = await ran({ state: join(own, 'state'), node: sshNode(at.sshd), paths });
    expect(answer).toMatchObject({ state: 'verified', lines: boundaries });
  });

  // Between two lines something happens only here: the lock is taken, or a step is sent. Elsewhere to be killed before a
  // line is to be killed after the one before it.
  const eventful = [1, 2, ...[1, 2, 3].map((step) => 1 + 4 * step)];
  const cases = [
    ...Array.from({ length: boundaries }, (_, index) => ({ at: index + 1, before: false })),
    ...eventful.map((at) => ({ at, before: true })),
  ];

  test.concurrent.each(Array.from({ length: laneCount }, (_, lane) => lane))(
    'it is finished or taken back, and nothing is done twice: node %i',
    async (lane) => {
      for (const kill of cases.filter((_, index) => index % laneCount === lane)) {
        const where = `killed ${kill.before ? 'before' : 'after'} line ${kill.at}`;
        // Without a plan nothing was changed; with its end written there is nothing to go on with, and the lock of the
        // dead process ends by itself.
        const hasPlan = kill.at > 2 || (kill.at === 2 && !kill.before);
        const isOver = kill.at === boundaries;
        const neverBegan = kill.at === 1 && kill.before;
        const fine = { where, killed: true, twice: [], lock: isOver };

        const { second: finished, texts: done, ...on } = await story(lane, kill, 'on');
        expect({ where, ...on }).toEqual(fine);
        expect([where, done]).toEqual([where, hasPlan ? all('new') : all('old')]);
        const state = neverBegan ? 'JOURNAL_FAILED' : isOver ? 'USAGE' : hasPlan ? 'verified' : 'not_verified';
        expect([where, finished]).toEqual([where, state]);

        const { second: _taken, texts: undone, ...back } = await story(lane, kill, 'back');
        expect({ where, ...back }).toEqual(fine);
        expect([where, undone]).toEqual([where, isOver ? all('new') : all('old')]);
      }
    },
    300_000,
  );
});
