import { expect, test } from 'vitest';
import { defineCheck } from '../../../src/core/check.ts';
import { OpsError } from '../../../src/core/errors.ts';
import type { Node } from '../../../src/core/node.ts';
import type { Finding } from '../../../src/core/report.ts';
import { runRecordSchema, type RunEntry, type RunRecord } from '../../../src/core/run.ts';
import { foundAfter, foundEntry } from '../../../src/engine/found.ts';
import { whyBack } from '../../../src/engine/measuring.ts';
import { storyOf } from '../../../src/engine/running.ts';
import { finding } from '../../support/finding.ts';
import { testNode } from '../../support/node.ts';
import { plannedSet } from '../../support/planned-set.ts';
import { rejection } from '../../support/scratch-folder.ts';

const record = (fields: object): RunRecord => runRecordSchema.parse({ when: 0, ...fields });
const start = [
  record({
    type: 'started',
    format: 1,
    run: { id: 'r1', node: 'gpu-1', tool: 'playbook_run', principal: 'ana', why: '' },
  }),
  record({ type: 'planned', set: plannedSet() }),
];
const node = testNode({ services: { llama: { manager: 'none' }, api: { manager: 'none' } } });
const check = (name: string) =>
  defineCheck({
    name,
    summary: '',
    layer: 'api',
    rule: '',
    unseen: '',
    subjects: () => [],
    needs: () => ({}),
    evaluate: () => [],
  });
const checks = [check('service.health'), check('node.disk')];

const down = finding({ check: 'service.health', status: 'critical', service: 'llama' });
const full = finding({ check: 'node.disk', status: 'critical', evidence: ['e7'], summary: 'The disk is full.' });
const before = (...findings: readonly Finding[]): RunRecord =>
  record(foundEntry('before', { checks: ['service.health'], services: ['llama'], findings }, []));

function running(records: readonly RunRecord[], survey: () => Promise<readonly Finding[]>) {
  const written = [...start, ...records];
  const looked: { services: string[]; checks: string[] }[] = [];
  const kept: string[] = [];
  const hands = {
    node,
    journal: {
      condition: { is: 'whole' as const },
      records: written,
      append: async (entry: RunEntry) => written.push(record(entry)),
      close: async () => undefined,
    },
    look: {
      at: () => expect.fail('it is surveyed only'),
      survey: async (of: Node, by: readonly { readonly name: string }[]) => {
        looked.push({ services: of.services.map(({ name }) => name), checks: by.map(({ name }) => name) });
        return await survey();
      },
    },
    send: async () => expect.fail('it is not sent'),
    keep: async (ids: readonly string[]) => void kept.push(...ids),
    hold: async () => undefined,
    say: () => undefined,
    pause: async () => undefined,
  };
  return { options: { hands, actions: [], checks, secrets: [], findings: [] }, written, looked, kept };
}

test('a run that no playbook chose is not looked at again', async () => {
  const { options, looked } = running([], async () => []);
  expect(await foundAfter(options)).toBeUndefined();
  expect(looked).toEqual([]);
});

test('what was looked at before is looked at again, and is kept', async () => {
  const { options, looked, written } = running([before(down)], async () => [{ ...down, status: 'ok', next: [] }]);
  expect(await foundAfter(options)).toMatchObject({ against: undefined, findings: [{ status: 'ok' }] });
  expect(looked).toEqual([{ services: ['llama'], checks: ['service.health'] }]);
  expect(written.at(-1)).toMatchObject({ type: 'found', time: 'after', findings: [{ status: 'ok' }] });
});

test('what is critical now and was not before has it taken back, also when it is gone on with', async () => {
  const { options, kept } = running([before(down)], async () => [down, full]);
  const against = 'Since then this is critical, and was not before: The disk is full.';
  expect(await foundAfter(options)).toMatchObject({ against });
  expect(kept).toEqual(['e7']);
  expect(await foundAfter(options)).toMatchObject({ against });
  expect(whyBack(storyOf(options.hands))).toBe(against);
});

test('what was critical before may still be, and what is merely degraded is no reason', async () => {
  const { options } = running([before(down)], async () => [down, { ...full, status: 'degraded' }]);
  expect(await foundAfter(options)).toMatchObject({ against: undefined });
});

test('more trouble of a service that was down is no news, and trouble of another one is', async () => {
  const flap = finding({
    check: 'service.flap',
    status: 'critical',
    service: 'llama',
    summary: 'llama ended 9 times.',
  });
  const told = running([before(down)], async () => [{ ...down, status: 'ok' }, flap]);
  expect(await foundAfter(told.options)).toMatchObject({ against: undefined });
  const other = { ...flap, service: 'api', subject: 'service:api', summary: 'api ended 9 times.' };
  const news = running([before(down)], async () => [down, other]);
  expect(await foundAfter(news.options)).toMatchObject({ against: expect.stringContaining('api ended 9 times.') });
});

test('what can not be looked at is not left as it is', async () => {
  const { options } = running([before(down)], () => Promise.reject(new OpsError('LINK_LOST', 'The line is gone.')));
  expect(await foundAfter(options)).toMatchObject({
    against: 'What it brought could not be looked at: The line is gone.',
  });
  const stopped = running([before(down)], () => Promise.reject(new OpsError('CANCELLED', 'Stopped.')));
  expect(await rejection(foundAfter(stopped.options))).toMatchObject({ code: 'CANCELLED' });
});

test('the journal holds no secret, and nothing that does not apply', () => {
  const secret = { ...down, summary: 'It answers hunter2-hunter2.' };
  const entry = foundEntry(
    'before',
    { checks: [], services: undefined, findings: [secret, { ...down, status: 'not_applicable' }] },
    ['hunter2-hunter2'],
  );
  expect(JSON.stringify(entry)).not.toContain('hunter2');
  expect(entry).toMatchObject({ findings: [{ status: 'critical' }] });
});
