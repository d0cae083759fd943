import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import type { ChangeOutcome } from '../../src/core/change-outcome.ts';
import { OpsError } from '../../src/core/errors.ts';
import { standing } from '../../src/core/run-story.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { changeOps, freeHand } from '../support/change-ops.ts';
import { startDelayProxy } from '../support/delay-proxy.ts';
import { onJournalLine } from '../support/journal-lines.ts';
import { startLane, type Lane } from '../support/lane.ts';
import { canMakeRooms } from '../support/lock-room.ts';
import { putFile } from '../support/put-file.ts';
import { has } from '../support/requires.ts';
import { startSupervisord } from '../support/supervisord.ts';
import { until } from '../support/until.ts';

const isAble = has('sshd') && has('supervisord') && canMakeRooms;
const folder = mkdtempSync(join(tmpdir(), 'rh-link-cut-'));
/** Started, planned, and of each of two steps: saved, intent, result, verified; closed. */
const boundaries = 2 + 2 * 4 + 1;
const laneCount = 3;
const lanes: Lane[] = [];
/** What the files hold when it stands so. */
const ends: Readonly<Record<string, string>> = {
  verified: 'new,new',
  rolled_back: 'old,old',
  not_verified: 'old,old',
};
const slowToStop = `
echo start >> "$1/starts"
trap 'touch "$1/stopping"; sleep 3; exit 0' TERM
while :; do sleep 0.1; done
`;
/** What happens at a line of a journal, by the folder that it lies in. */
const atLine = new Map<string, (line: number, when: 'before' | 'after') => void>();

/** A node on a line that can be cut, and made again at once. */
async function cuttable(lane: Lane, declared: Record<string, unknown> = {}) {
  const proxy = await startDelayProxy({ host: '127.0.0.1', port: lane.sshd.port }, 0);
  const knownHosts = join(folder, `known-${proxy.port}`);
  const known = readFileSync(lane.sshd.knownHostsFile, 'utf8').replace(`:${lane.sshd.port} `, `:${proxy.port} `);
  writeFileSync(knownHosts, known);
  return { proxy, node: lane.node({ ...declared, ssh: { port: proxy.port, knownHosts } }) };
}

/** Two files changed, with the line cut there: what the caller is told, and how all of it stands. */
async function story(lane: Lane, cut: { at: number; when: 'before' | 'after' }) {
  const own = mkdtempSync(join(folder, 'run-'));
  const paths = ['one', 'two'].map((name) => join(own, name));
  for (const path of paths) writeFileSync(path, 'old');
  const { proxy, node } = await cuttable(lane);
  const transport = createSshTransport();
  const state = join(own, 'state');
  let cuts = 0;
  atLine.set(join(state, 'runs'), (line, when) => {
    if (line !== cut.at || when !== cut.when) return;
    cuts += 1;
    proxy.cut();
  });
  const door = changeOps({ state, transport, nodes: [node], actions: [putFile()], policy: freeHand });
  const steps = paths.map((path) => ({ action: 'test.put', args: { path, text: 'new' } }));
  const told: ChangeOutcome | OpsError = await door.ops
    .change({ tool: 'test_put', node, why: 'a test', steps })
    .catch((thrown: unknown) => {
      if (thrown instanceof OpsError) return thrown;
      throw thrown;
    });
  const [run] = await door.ops.runs.list();
  if (run === undefined || 'trouble' in run) throw new Error('no run');
  await door.close();
  await transport.close();
  proxy.stop();
  const lockFile = lane.room.seen('/run/lock/rackhand.lock');
  const lock = existsSync(lockFile);
  rmSync(lockFile, { force: true });
  return {
    cuts,
    told: told instanceof OpsError ? told.code : told.state,
    stands: standing(run),
    texts: paths.map((path) => readFileSync(path, 'utf8')).join(),
    twice: paths.filter((path) => {
      const times = existsSync(`${path}.times`) ? readFileSync(`${path}.times`, 'utf8').trim().split('\n') : [];
      return new Set(times).size !== times.length;
    }),
    lock,
  };
}

describe.skipIf(!isAble)('the line cut at every boundary of a run (needs sshd, supervisord, root and unshare)', () => {
  beforeAll(async () => {
    await onJournalLine((line, when, path) => atLine.get(path.slice(0, path.lastIndexOf('/')))?.(line, when));
    lanes.push(...(await Promise.all(Array.from({ length: laneCount + 2 }, () => startLane()))));
  });
  afterAll(async () => {
    await Promise.all(lanes.map((lane) => lane.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  const cases = Array.from({ length: boundaries }, (_, index) =>
    (['before', 'after'] as const).map((when) => ({ at: index + 1, when })),
  ).flat();

  test.concurrent.each(Array.from({ length: laneCount }, (_, lane) => lane))(
    'nothing is done twice, and nothing is called proven that is not: node %i',
    async (number) => {
      const lane = lanes[number];
      if (lane === undefined) throw new Error('no lane');
      for (const cut of cases.filter((_, index) => index % laneCount === number)) {
        const where = `cut ${cut.when} line ${cut.at}`;
        const { told, stands, texts, ...rest } = await story(lane, cut);
        expect({ where, ...rest }).toEqual({ where, cuts: 1, twice: [], lock: false });
        // Whoever asked is told how it stands; an error is only what came before anything was sent.
        const isError = told === 'LINK_LOST' && cut.at < 3;
        expect([where, stands]).toEqual([where, isError ? 'not_verified' : told]);
        expect([where, ends[stands]]).toEqual([where, texts]);
      }
    },
    180_000,
  );

  test.concurrent('a restart whose line is cut in the middle of the stop is seen through, and proven', async () => {
    const lane = lanes[laneCount];
    if (lane === undefined) throw new Error('no lane');
    const manager = await startSupervisord(
      '[program:slow]\ncommand=/bin/sh %(here)s/slow.sh %(here)s\nstopwaitsecs=20\n',
      { 'slow.sh': slowToStop },
    );
    const slow = { manager: 'supervisor', config: manager.config, quietSeconds: 1 };
    const { proxy, node } = await cuttable(lane, { services: { slow } });
    const transport = createSshTransport();
    const door = changeOps({
      state: join(manager.folder, 'state'),
      transport,
      nodes: [node],
      actions,
      policy: freeHand,
    });
    try {
      const steps = [{ action: 'service.restart', args: { service: 'slow' } }];
      const outcome = door.ops.change({ tool: 'service_restart', node, why: 'a test', steps });
      await until(() => existsSync(join(manager.folder, 'stopping')), 40_000);
      proxy.cut();
      expect(await outcome).toMatchObject({ state: 'verified' });
      expect(await manager.pidOf('slow')).toBeGreaterThan(0);
      expect(readFileSync(join(manager.folder, 'starts'), 'utf8')).toBe('start\nstart\n');
      const told = await door.ops.runs.find((await outcome).run ?? '');
      expect(told.steps[0]?.ways.do).toMatchObject({ how: 'done', said: expect.stringContaining('left no answer') });
    } finally {
      await door.close();
      await transport.close();
      proxy.stop();
      await manager.end();
    }
  });

  test.concurrent('a node that is gone for longer than the lock is renewed is waited for, and proven anew', async () => {
    const lane = lanes[laneCount + 1];
    if (lane === undefined) throw new Error('no lane');
    const path = join(folder, 'gone');
    writeFileSync(path, 'old');
    const transport = createSshTransport();
    const node = lane.node();
    const gone = performance.now();
    let back: Promise<void> | undefined;
    const door = changeOps({
      state: join(folder, 'gone-state'),
      transport,
      nodes: [node],
      actions: [putFile({ quietSeconds: 3, withinSeconds: 40 })],
      policy: freeHand,
      onSay(message) {
        if (!message.startsWith('Well for') || back !== undefined) return;
        // Until then the lock was to be renewed, in vain.
        back = lane.sshd
          .kill()
          .then(() => until(() => performance.now() - gone > 13_000, 20_000))
          .then(() => lane.sshd.start());
      },
    });
    const steps = [{ action: 'test.put', args: { path, text: 'new' } }];
    expect(await door.ops.change({ tool: 'test_put', node, why: 'a test', steps })).toMatchObject({
      state: 'verified',
    });
    await back;
    expect(door.said).toContainEqual(expect.stringMatching(/^Not well yet: .*gpu-1/));
    expect(readFileSync(`${path}.times`, 'utf8')).toBe('new\n');
    await door.close();
    await transport.close();
  });
});
