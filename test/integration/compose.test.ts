import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ManagerPlace } from '../../src/core/service-manager.ts';
import { composeTell } from '../../src/services/compose-tell.ts';
import { compose } from '../../src/services/compose.ts';
import { hasEngine, startDockerd, type Dockerd } from '../support/dockerd.ts';
import { drive } from '../support/drive.ts';
import { managerConformance } from '../support/manager-conformance.ts';
import { managerTold } from '../support/manager-told.ts';
import { until } from '../support/until.ts';

const steady = ['sh', '-c', 'trap exit TERM; echo ready; echo trouble >&2; while :; do sleep 0.1; done'];
const config = '/srv/lab/compose.yaml';
const lengths = (all: readonly number[]) =>
  `for n in ${all.join(' ')}; do head -c $n /dev/zero | tr "\\0" x; echo; done`;
const of = (service: string, number = 1) => ({
  name: `lab-${service}-${number}`,
  compose: { project: 'lab', service, number, config },
});

describe.skipIf(!hasEngine)('compose on a real container engine (needs dockerd, a static busybox and root)', () => {
  let engine: Dockerd;
  const place = (): ManagerPlace => ({ config, server: engine.server });
  const list = async (units: readonly string[] = [], where = place()) => {
    const answer = await drive(compose.list(where, units));
    return answer.reachable ? answer.services : [];
  };
  const one = async (unit: string) => (await list([unit])).find((state) => state.unit === unit);

  const linesOf = async (unit: string, bytes: number) => {
    const [log] = await drive(compose.logs(place(), unit, bytes));
    return (log?.text ?? '').trimEnd().split('\n');
  };

  beforeAll(async () => {
    engine = await startDockerd();
    const always = { RestartPolicy: { Name: 'unless-stopped' } };
    await engine.run({ ...of('steady'), cmd: steady, host: always });
    await engine.run({
      ...of('crasher'),
      cmd: ['sh', '-c', 'sleep 0.1; exit 3'],
      host: { RestartPolicy: { Name: 'always' } },
    });
    const stopped = await engine.run({ ...of('by-hand'), cmd: steady, host: always });
    await engine.api('POST', `/containers/${stopped}/stop`);
    await engine.run({ ...of('broken'), cmd: ['sh', '-c', 'exit 5'] });
    await engine.run({ ...of('migrate'), cmd: ['true'] });
    for (const number of [1, 2]) await engine.run({ ...of('worker', number), cmd: steady, host: always });
    await until(async () => (await one('migrate'))?.state === 'finished', 20_000);
  }, 60_000);

  afterAll(async () => {
    await engine.end();
  }, 60_000);

  const atHand = {
    manager: compose,
    place,
    noPlace: () => ({ config, server: `unix://${join(engine.folder, 'nope.sock')}` }),
    look: drive,
    units: { running: 'steady', crashing: 'crasher', stopped: 'by-hand', failed: 'broken' },
  };
  managerConformance(atHand);
  managerTold(atHand);

  test('is asked over the socket of its engine, and by nothing else', async () => {
    const seen: Parameters<typeof drive>[1] = [];
    expect(await drive(compose.list(place(), []), seen)).toMatchObject({ via: `project lab at ${engine.socket}` });
    expect(new Set(seen.map(({ ask }) => ask.kind))).toEqual(new Set(['http']));
    expect(seen.every(({ ask }) => ask.kind === 'http' && ask.method === 'GET')).toBe(true);
  });

  test('tells a task that ended well from one that failed, and several replicas as one service', async () => {
    expect(await one('migrate')).toMatchObject({ state: 'finished', said: 'exited (0)', exitCode: 0 });
    expect(await one('broken')).toMatchObject({ state: 'failed', said: 'exited (5)', exitCode: 5 });
    expect(await one('worker')).toMatchObject({
      state: 'running',
      said: 'running (2 of 2 instances)',
      pid: null,
      pids: [expect.any(Number), expect.any(Number)],
    });
    expect(await drive(composeTell(place(), 'worker', 'restart'))).toMatchObject({
      untold: expect.stringContaining(`docker compose -p lab -f ${config} restart worker.`),
    });
  });

  test('says of a service without a container that its profile may be inactive, and what brings it up', async () => {
    const said = `docker compose -p lab -f ${config} up -d comfyui`;
    expect(await one('comfyui')).toMatchObject({ state: 'missing', why: expect.stringContaining(said) });
  });

  test('finds its project by name, by file and by folder, and says where that is not clear', async () => {
    const where = { server: engine.server };
    for (const named of [{ project: 'lab' }, { config }, {}])
      expect((await list(['steady'], { ...where, ...named })).find(({ unit }) => unit === 'steady')?.state).toBe(
        'running',
      );
    expect(await list(['steady'], { ...where, config: '/srv/Other.Lab/compose.yaml' })).toMatchObject([
      { state: 'missing', why: expect.stringContaining('project otherlab') },
    ]);
    const other = await engine.create({
      name: 'beside',
      cmd: ['true'],
      compose: { project: 'beside', service: 'web', config },
    });
    expect(await drive(compose.list({ ...where, config }, []))).toMatchObject({
      reachable: false,
      say: expect.stringMatching(/projects .*beside.*lab|projects .*lab.*beside/),
    });
    await engine.api('DELETE', `/containers/${other}`);
  });

  test('gives both streams of its logs by their times, and only what came after a cursor', async () => {
    const [log] = await drive(compose.logs(place(), 'worker', 8_192));
    expect(log?.text.match(/ ready$/gm)).toHaveLength(2);
    expect(log?.text.match(/ trouble$/gm)).toHaveLength(2);
    const times = (log?.text ?? '')
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0] ?? '');
    expect(times).toEqual(times.toSorted());
    const [again] = await drive(compose.logs(place(), 'worker', 8_192, { after: log?.cursor }));
    expect(again).toMatchObject({ text: '', cursor: log?.cursor });
    const [late] = await drive(compose.logs(place(), 'worker', 8_192, { sinceMs: Date.now() + 60_000 }));
    expect(late?.text).toBe('');
    const [none] = await drive(compose.logs(place(), 'comfyui', 8_192));
    expect(none).toMatchObject({ text: '', trouble: expect.stringContaining('no container') });
  });

  test('reads a terminal, lines of every length, and the end of a log that is too long', async () => {
    const wide = [7, 126, 127, 128, 200, 255, 256, 3_338];
    const tty = await engine.run({ ...of('terminal'), cmd: ['sh', '-c', lengths(wide)], config: { Tty: true } });
    const plain = await engine.run({ ...of('lengths'), cmd: ['sh', '-c', lengths([...wide, 40_000])] });
    const long = await engine.run({
      ...of('long'),
      cmd: ['sh', '-c', 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i é; done'],
    });
    for (const id of [tty, plain, long]) await engine.api('POST', `/containers/${id}/wait`);
    const lengthsIn = async (unit: string) =>
      (await linesOf(unit, 65_536)).map((line) => /^\S+Z (x+)$/.exec(line)?.[1]?.length);
    expect(await lengthsIn('terminal')).toEqual(wide);
    expect(await lengthsIn('lengths')).toEqual([...wide, 40_000]);
    expect((await linesOf('lengths', 8_192)).map((line) => /^x{7000,8192}$/.test(line))).toEqual([true]);
    const lines = await linesOf('long', 10_000);
    expect(lines.at(-1)).toMatch(/^\S+Z line 3000 é$/);
    expect(lines.every((line) => /^\d{4}-\S+Z line \d+ é$/.test(line))).toBe(true);
    expect(lines.length).toBeLessThanOrEqual(100);
    for (const id of [tty, plain, long]) await engine.api('DELETE', `/containers/${id}`);
  });

  test('knows when a service ended by itself, and not when it was told to', async () => {
    const crashes = await drive(compose.exits(place(), 'crasher'));
    expect(crashes.exits.length).toBeGreaterThan(0);
    expect(crashes.exits.every(({ how }) => /^exit code 3$|^restart \d+/.test(how))).toBe(true);
    expect((await drive(compose.exits(place(), 'by-hand'))).exits).toEqual([]);
  });

  test('tells a stop that had to kill from a fault', async () => {
    const deaf = ['sh', '-c', 'while :; do sleep 0.1; done'];
    const id = await engine.run({ ...of('deaf'), cmd: deaf, config: { StopTimeout: 0 } });
    await engine.api('POST', `/containers/${id}/stop`);
    expect(await one('deaf')).toMatchObject({ state: 'stopped', said: 'exited (137)' });
    await engine.api('POST', `/containers/${id}/start`);
    process.kill((await one('deaf'))?.pid ?? 0, 'SIGKILL');
    await until(async () => (await one('deaf'))?.state === 'failed', 20_000);
    await engine.api('DELETE', `/containers/${id}`);
  });

  test('says why a container could not be started', async () => {
    const id = await engine.create({ ...of('unfound'), cmd: ['/no/such/program'] });
    await engine.api('POST', `/containers/${id}/start`);
    expect(await one('unfound')).toMatchObject({ state: 'failed', said: expect.stringContaining('no such file') });
    await engine.api('DELETE', `/containers/${id}`);
  });
});
