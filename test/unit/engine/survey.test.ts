import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { defineCheck, need, needTwice, theNode } from '../../../src/core/check.ts';
import { read, space } from '../../../src/core/command.ts';
import { OpsError } from '../../../src/core/errors.ts';
import { defineProbe } from '../../../src/core/probe.ts';
import { fileText } from '../../../src/core/reply.ts';
import type { Session } from '../../../src/core/session.ts';
import { createEvidence } from '../../../src/engine/evidence.ts';
import { createLanes } from '../../../src/engine/lanes.ts';
import { createMemory } from '../../../src/engine/memory.ts';
import { survey } from '../../../src/engine/survey.ts';
import { createSweep } from '../../../src/engine/sweep.ts';
import { testNode } from '../../support/node.ts';
import { standInSession } from '../../support/stand-in-session.ts';

const bootId = '/proc/sys/kernel/random/boot_id';
const node = testNode();

const content = defineProbe({
  name: 'test.content',
  summary: 'What a file holds',
  command: ({ path }: { path: string }) => read(path),
  parse: (reply, { path }) => fileText(reply, path),
});

const holds = (name: string, path: string, wanted: string) =>
  defineCheck({
    name,
    summary: 'The file holds what it should',
    layer: 'storage',
    rule: 'As the case needs it.',
    unseen: 'All else.',
    subjects: theNode,
    needs: () => ({ text: need(content, { path }) }),
    evaluate: ({ text }) => ({ status: text === wanted ? 'ok' : 'critical', summary: `It holds ${text}.` }),
  });

const steady = (settled: boolean, { apartMs = 20, oneTells = false } = {}) =>
  defineCheck({
    name: 'test.steady',
    summary: 'The file stays as it is',
    layer: 'storage',
    rule: 'As the case needs it.',
    unseen: 'All else.',
    subjects: theNode,
    needs: () => ({ texts: needTwice(content, { path: '/a' }, { apartMs, settled: () => settled, oneTells }) }),
    evaluate: ({ texts }) => ({
      status: texts.every((text) => text === texts[0]) ? 'ok' : 'degraded',
      summary: texts.join(' then '),
    }),
  });

function sweepOf(
  answers: Parameters<typeof standInSession>[0],
  options: { memory?: ReturnType<typeof createMemory>; signal?: AbortSignal; withinMs?: number } = {},
) {
  const { session, asked } = standInSession({ [bootId]: 'boot-1', ...answers });
  const evidence = createEvidence(tmpdir(), () => []);
  const { memory = createMemory(), signal = new AbortController().signal, withinMs } = options;
  const waits: number[] = [];
  const deadlines: number[] = [];
  const noting: Session = {
    ...session,
    ask: (command, own) => {
      deadlines.push(command.deadlineMs);
      return session.ask(command, own);
    },
  };
  const sweep = createSweep({
    node: node.name,
    session: noting,
    memory,
    evidence,
    lanes: createLanes(64),
    signal,
    withinMs,
    onWait: (ms) => waits.push(ms),
  });
  return { sweep, asked, evidence, waits, deadlines };
}

test('two checks that need the same cost one command', async () => {
  const { sweep, asked } = sweepOf({ '/a': 'x' });
  const findings = await survey(sweep, node, [holds('test.one', '/a', 'x'), holds('test.two', '/a', 'y')]);
  expect(findings.map(({ status }) => status)).toEqual(['ok', 'critical']);
  expect(asked.filter((path) => path === '/a')).toHaveLength(1);
});

test('what can not be asked is an unknown finding with its reason, and the others are judged', async () => {
  const { sweep } = sweepOf({
    '/a': 'x',
    '/b': new OpsError('DEADLINE', 'read /b took longer than 10 s', { hint: 'Look at the mount.' }),
  });
  const findings = await survey(sweep, node, [holds('test.a', '/a', 'x'), holds('test.b', '/b', 'x')]);
  expect(findings).toMatchObject([
    { check: 'test.a', status: 'ok' },
    {
      check: 'test.b',
      status: 'unknown',
      summary: 'Not known: read /b took longer than 10 s',
      next: [{ say: 'Look at the mount.' }],
    },
  ]);
});

test('an answer that makes no sense is unknown, never ok', async () => {
  const { sweep } = sweepOf({});
  expect(await survey(sweep, node, [holds('test.a', '/a', 'x')])).toMatchObject([{ status: 'unknown' }]);
});

test('a lost link is no finding of a check: the whole look fails', async () => {
  const { sweep } = sweepOf({ '/a': new OpsError('LINK_LOST', 'gone') });
  await expect(survey(sweep, node, [holds('test.a', '/a', 'x')])).rejects.toMatchObject({ code: 'LINK_LOST' });
});

test('a second sample is taken when the first does not settle it', async () => {
  let size = 0;
  const { sweep, waits } = sweepOf({ '/a': () => String((size += 1)) });
  expect(await survey(sweep, node, [steady(false)])).toMatchObject([{ status: 'degraded', summary: '1 then 2' }]);
  expect(waits).toEqual([20]);
});

test('a first sample that settles it is enough', async () => {
  const { sweep, waits } = sweepOf({ '/a': 'x' });
  expect(await survey(sweep, node, [steady(true)])).toMatchObject([{ status: 'ok', summary: 'x' }]);
  expect(waits).toEqual([]);
});

test('a recent sample of an earlier look is the first of the two, but not across a reboot', async () => {
  let time = 1_000;
  const memory = createMemory(() => time);
  const first = sweepOf({ '/a': 'x' }, { memory });
  await survey(first.sweep, node, [steady(true)]);
  time += 30;
  const second = sweepOf({ '/a': 'y' }, { memory });
  expect(await survey(second.sweep, node, [steady(false)])).toMatchObject([{ summary: 'x then y' }]);
  expect(second.waits).toEqual([]);
  time += 30;
  const rebooted = sweepOf({ '/a': 'z', [bootId]: 'boot-2' }, { memory });
  expect(await survey(rebooted.sweep, node, [steady(false)])).toMatchObject([{ summary: 'z then z' }]);
});

test('cancelling ends the wait for a second sample', async () => {
  const stop = new AbortController();
  const { sweep } = sweepOf({ '/a': 'x' }, { signal: stop.signal });
  const judged = survey(sweep, node, [steady(false)]);
  stop.abort();
  await expect(judged).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('every finding names evidence that can be read, with the boot it belongs to', async () => {
  const { sweep, evidence } = sweepOf({ '/a': 'password=hunter22 x' });
  const [finding] = await survey(sweep, node, [holds('test.a', '/a', 'x')]);
  expect(finding?.evidence).toHaveLength(1);
  const shown = await evidence.find(finding?.evidence[0] ?? '');
  expect(shown?.text).toContain('read /a (65536 bytes from 0)');
  expect(shown?.text).toContain('password=[redacted] x');
});

test('what a file says again is not read again, and what it says anew is', async () => {
  const memory = createMemory();
  let parsed = 0;
  const counting = defineProbe({
    name: 'test.counting',
    summary: 'What a file holds, and how often that was read',
    command: () => read('/a'),
    parse: (reply) => {
      parsed += 1;
      return fileText(reply, '/a');
    },
  });
  const check = defineCheck({
    name: 'test.counted',
    summary: 'The file holds something',
    layer: 'storage',
    rule: 'As the case needs it.',
    unseen: 'All else.',
    subjects: theNode,
    needs: () => ({ text: need(counting, {}) }),
    evaluate: ({ text }) => ({ status: 'ok', summary: text }),
  });
  const summaries: string[] = [];
  for (const text of ['x', 'x', 'y', 'y']) {
    const [finding] = await survey(sweepOf({ '/a': text }, { memory }).sweep, node, [check]);
    summaries.push(finding?.summary ?? '');
  }
  expect(summaries).toEqual(['x', 'x', 'y', 'y']);
  expect(parsed).toBe(2);
});

const room = defineProbe({
  name: 'test.room',
  summary: 'Room, or what keeps it from being told',
  command: ({ path }: { path: string }) => space(path, { silence: 'tells' }),
  parse: (reply) => (reply.ok ? 'room' : reply.errno),
});
const hasRoom = defineCheck({
  name: 'test.room',
  summary: 'The path tells its room',
  layer: 'storage',
  rule: 'As the case needs it.',
  unseen: 'All else.',
  subjects: theNode,
  needs: () => ({ says: need(room, { path: '/hung' }) }),
  evaluate: ({ says }) => ({ status: says === 'room' ? 'ok' : 'critical', summary: says }),
});

test.each(['DEADLINE', 'WEDGED'] as const)('where silence tells, %s is an answer', async (code) => {
  const { sweep } = sweepOf({ '/hung': new OpsError(code, 'no answer') });
  const [finding] = await survey(sweep, node, [hasRoom]);
  expect(finding).toMatchObject({ status: 'critical', summary: 'ETIMEDOUT', evidence: [expect.any(String)] });
});

test('where silence tells, another error is none', async () => {
  const { sweep } = sweepOf({ '/hung': new OpsError('REFUSED_BY_NODE', 'no commands') });
  expect(await survey(sweep, node, [hasRoom])).toMatchObject([
    { status: 'unknown', summary: 'Not known: no commands' },
  ]);
});

test('a look with an end waits for nothing longer: a command has what is left, and a second look that does not fit is not made', async () => {
  const { sweep, deadlines, waits } = sweepOf({ '/a': 'x' }, { withinMs: 500 });
  const far = { apartMs: 60_000 };
  const findings = await survey(sweep, node, [
    steady(false, far),
    { ...steady(false, { ...far, oneTells: true }), name: 'test.one' },
    { ...steady(false), name: 'test.near' },
  ]);
  expect(findings.map(({ check, status, summary }) => [check, status, summary])).toEqual([
    ['test.steady', 'unknown', expect.stringContaining('two looks 60 s apart')],
    ['test.one', 'ok', 'x'],
    ['test.near', 'ok', 'x then x'],
  ]);
  expect(waits).toEqual([20]);
  expect(Math.max(...deadlines)).toBeLessThanOrEqual(500);
});
