import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction, type Gauge } from '../../../src/core/action.ts';
import { OpsError } from '../../../src/core/errors.ts';
import { known, type Asking } from '../../../src/core/probe.ts';
import { runRecordSchema, type RunEntry, type RunRecord } from '../../../src/core/run.ts';
import { judged, measuredBefore, whyBack } from '../../../src/engine/measuring.ts';
import { storyOf } from '../../../src/engine/running.ts';
import { testNode } from '../../support/node.ts';
import { plannedSet } from '../../support/planned-set.ts';
import { replayed } from '../../support/replay.ts';
import { rejection } from '../../support/scratch-folder.ts';

const record = (fields: object): RunRecord => runRecordSchema.parse({ when: 0, step: 1, ids: [], said: '', ...fields });
const start = [
  record({
    type: 'started',
    format: 1,
    run: { id: 'r1', node: 'gpu-1', tool: 'knob_tune', principal: 'ana', why: '' },
  }),
  record({ type: 'planned', set: plannedSet() }),
];
const measure = (time: string, figures: number) => record({ type: 'measured', time, figures });

/** Figures are plain numbers here, and fewer are better. */
const lessIsBetter: Gauge<unknown> = {
  measure: () => known(5),
  judge: (before, after) =>
    Number(after) < Number(before)
      ? { is: 'better', say: 'Less.' }
      : { is: 'worse', say: `${Number(after)} is too much.` },
};

function running(
  records: readonly RunRecord[],
  gauge: Gauge<unknown> | undefined,
  hold: () => Promise<void> = async () => undefined,
) {
  const all = [...start, ...records];
  const kept: string[] = [];
  const journal = {
    condition: { is: 'whole' as const },
    records: all,
    append: async (entry: RunEntry) => all.push(record(entry)),
    close: async () => undefined,
  };
  const action = defineAction({
    name: 'service.restart',
    summary: 'Does nothing at all',
    args: z.unknown(),
    guards: () => ({ checks: [], services: [] }),
    plan: () => known({ can: false, because: '', next: [] } as const),
    order: () => expect.fail('it is not sent'),
    done: () => known({ is: 'done', mark: '' } as const),
    proof: () => ({ checks: [], services: [], quietSeconds: 0, withinSeconds: 0 }),
    ...(gauge && { gauge }),
  });
  const hands = {
    node: testNode(),
    journal,
    look: {
      at: async <T>(name: string, asking: () => Asking<T>) => ({
        fact: replayed(name, asking(), []),
        evidence: ['e1'],
      }),
      survey: async () => [],
    },
    send: async () => expect.fail('it is not sent'),
    keep: async (ids: readonly string[]) => void kept.push(...ids),
    hold,
    say: () => undefined,
    pause: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  return { options: { hands, actions: [action], findings: [] }, written: all, kept };
}
const typesOf = (written: readonly RunRecord[]) => written.slice(start.length).map(({ type }) => type);
const change = plannedSet().changes[0] ?? expect.fail('no change');

const cannot = (code: 'LINK_LOST' | 'CANCELLED'): Gauge<unknown> => ({
  ...lessIsBetter,
  measure: () => {
    throw new OpsError(code, 'The line is gone.');
  },
});

test('what is measured before is on disk with its evidence before anything is sent', async () => {
  const { options, written, kept } = running([], lessIsBetter);
  expect(await measuredBefore(options, 1, change)).toBeUndefined();
  expect(written.at(-1)).toMatchObject({ type: 'measured', time: 'before', figures: 5, ids: ['e1'] });
  expect(kept).toEqual(['e1']);
});

test('what can not be measured before is not done', async () => {
  const { options, written } = running([], cannot('LINK_LOST'));
  expect(await measuredBefore(options, 1, change)).toEqual({
    how: 'not_verified',
    said: expect.stringContaining('It was not done: it could not be measured before: The line is gone.'),
  });
  expect(typesOf(written)).toEqual([]);
  expect(await rejection(measuredBefore(running([], cannot('CANCELLED')).options, 1, change))).toMatchObject({
    code: 'CANCELLED',
  });
});

test('an action without figures is neither measured nor judged', async () => {
  const { options, written } = running([], undefined);
  expect(await measuredBefore(options, 1, change)).toBeUndefined();
  expect(await judged(options)).toBeUndefined();
  expect(typesOf(written)).toEqual([]);
});

test.each<[string, RunRecord[], Gauge<unknown>, string | undefined, string[]]>([
  ['measured and judged', [measure('before', 9)], lessIsBetter, undefined, ['measured', 'measured', 'judged']],
  ['taken back when worse', [measure('before', 1)], lessIsBetter, '5 is too much.', ['measured', 'measured', 'judged']],
  [
    'judged by the figures that are there already',
    [measure('before', 1), measure('after', 3)],
    lessIsBetter,
    '3 is too much.',
    ['measured', 'measured', 'judged'],
  ],
  [
    'taken back by the judgement that is there already',
    [measure('before', 9), measure('after', 1), record({ type: 'judged', is: 'unproven', said: 'It was so.' })],
    lessIsBetter,
    'It was so.',
    ['measured', 'measured', 'judged'],
  ],
  [
    'taken back when nobody can measure it',
    [measure('before', 9)],
    cannot('LINK_LOST'),
    'It could not be measured afterwards: The line is gone.',
    ['measured', 'judged'],
  ],
])('after its proof it is %s', async (_, records, gauge, against, types) => {
  const { options, written } = running(records, gauge);
  expect(await judged(options)).toBe(against);
  expect(typesOf(written)).toEqual(types);
  expect(whyBack(storyOf(options.hands))).toBe(against ?? 'It was being taken back.');
});

test('the lock of the node is kept while it is measured, and its loss ends that', async () => {
  let held = 0;
  const { options } = running([], lessIsBetter, async () => void (held += 1));
  const { look } = options.hands;
  const gate = new EventEmitter();
  const opened = once(gate, 'open');
  const at: typeof look.at = async (name, asking) => {
    await opened;
    return look.at(name, asking);
  };
  const hands = { ...options.hands, look: { ...look, at } };
  const measuring = measuredBefore({ ...options, hands }, 1, change);
  await expect.poll(() => held).toBeGreaterThan(1);
  gate.emit('open');
  expect(await measuring).toBeUndefined();

  const lost = { ...hands, hold: () => Promise.reject(new OpsError('LOCK_LOST', 'Another has it.')) };
  const never = new Promise<never>(() => undefined);
  const blind = { ...lost, look: { ...look, at: () => never } };
  expect(await rejection(measuredBefore({ ...options, hands: blind }, 1, change))).toMatchObject({ code: 'LOCK_LOST' });
});
