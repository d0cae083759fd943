import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { OpsError } from '../../../src/core/errors.ts';
import { known } from '../../../src/core/probe.ts';
import type { RunRecord } from '../../../src/core/run.ts';
import type { Vitals } from '../../../src/core/vitals.ts';
import { vitalsNoter } from '../../../src/engine/note-vitals.ts';
import { testNode } from '../../support/node.ts';

const seen: Vitals = { memory: { usedBytes: 1, totalBytes: 2 }, gpus: [] };
const vitals = () => known(seen);

function noter(at: () => Promise<Vitals>) {
  const records: RunRecord[] = [];
  const asked = vi.fn<() => Promise<Vitals>>(at);
  const note = vitalsNoter(
    {
      node: testNode(),
      look: { at: async () => ({ fact: (await asked()) as never, evidence: [] }), survey: async () => [] },
      journal: {
        records,
        condition: { is: 'whole' },
        append: async (entry) => records.push({ when: 0, ...entry }),
        close: async () => undefined,
      },
    },
    vitals,
  );
  return { note, asked, records };
}
/** An answer that comes when `tell` is called. */
function heldBack() {
  const teller = new EventEmitter();
  const answer = once(teller, 'told').then(() => seen);
  return { answer: () => answer, tell: () => teller.emit('told') };
}
/** Everything that is settled already goes on. */
const settled = () => pause(1);

test('what is seen is written down, and not again a moment later', async () => {
  const { note, asked, records } = noter(async () => seen);
  note();
  await settled();
  note();
  await settled();
  expect(asked).toHaveBeenCalledOnce();
  expect(records).toMatchObject([{ type: 'vitals', vitals: seen }]);
});

test('a node that takes its time is asked once, and nobody waits for it', async () => {
  const held = heldBack();
  const { note, asked, records } = noter(held.answer);
  note();
  note();
  expect(asked).toHaveBeenCalledOnce();
  expect(records).toEqual([]);
  held.tell();
  await settled();
  expect(records).toHaveLength(1);
});

test('what can not be learned is left out', async () => {
  const { note, records } = noter(async () => {
    throw new OpsError('UNREACHABLE', 'gone');
  });
  note();
  await settled();
  expect(records).toEqual([]);
});

test('nothing is written behind the end of a run', async () => {
  const held = heldBack();
  const { note, records } = noter(held.answer);
  note();
  records.push({ type: 'closed', when: 0, how: 'verified', said: '' });
  held.tell();
  await settled();
  expect(records.map(({ type }) => type)).toEqual(['closed']);
});
