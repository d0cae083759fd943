import { expect, test } from 'vitest';
import { createMeter } from '../../src/drill/meter.ts';
import type { Metered } from '../../src/drill/place.ts';
import { lineOf, skipped, tokensOf } from '../../src/drill/result.ts';
import { faults } from '../../sandbox/faults/index.ts';

const line = (message: object) => JSON.stringify({ jsonrpc: '2.0', ...message });
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** What a meter tells last, of lines to the server (`>`) and to the client (`<`). */
function metered(...lines: readonly (readonly ['>' | '<', string])[]): Metered | undefined {
  let last: Metered | undefined;
  const meter = createMeter((sum) => {
    last = sum;
  });
  for (const [way, text] of lines) (way === '>' ? meter.toServer : meter.toClient)(text);
  return last;
}

const list = { tools: [{ name: 'node_triage', description: 'Größe' }] };
const params = { name: 'node_triage', arguments: { nodes: ['a'] } };
const result = { content: [{ type: 'text', text: 'all well' }] };

test('counts what a model is told of the tools once, and each call with its answer', () => {
  const asks = [
    ['>', line({ id: 1, method: 'tools/list' })],
    ['<', line({ id: 1, result: list })],
  ] as const;
  const calls = [
    ['>', line({ id: 'x', method: 'tools/call', params })],
    ['<', line({ method: 'notifications/progress', params: { progress: 1 } })],
    ['<', line({ id: 'x', result })],
  ] as const;
  expect(metered(...asks, ...asks, ...calls, ...calls)).toEqual({
    tools: bytes(list),
    calls: 2 * bytes(params),
    answers: 2 * bytes(result),
    steps: 2,
  });
});

test('a call that comes back with the answer of a person is the same step, and an error is read as well', () => {
  const error = { code: -32_602, message: 'There is no such tool' };
  expect(
    metered(
      ['>', line({ id: 1, method: 'tools/call', params })],
      ['>', line({ id: 2, method: 'tools/call', params: { ...params, requestState: 's' } })],
      ['<', line({ id: 2, error })],
    ),
  ).toMatchObject({ steps: 1, answers: bytes(error) });
});

test('what is no message, asks for nothing or answers nothing is not counted', () => {
  expect(
    metered(
      ['>', 'not JSON'],
      ['>', line({ method: 'tools/call', params })],
      ['>', line({ id: 1, method: 'ping' })],
      ['<', line({ id: 1, result: {} })],
      ['<', line({ id: 9, result })],
    ),
  ).toBeUndefined();
});

test('four bytes count as a token, and a drill that was skipped shows what it needs', () => {
  expect(tokensOf({ tools: 4_000, calls: 10, answers: 7 })).toBe(1_005);
  const [fault] = faults;
  if (fault === undefined) throw new Error('no fault');
  expect(lineOf(skipped(fault, 'pm2'))).toMatch(/^skipped +cut_model +needs pm2$/);
});
