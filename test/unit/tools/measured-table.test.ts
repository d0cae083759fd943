import { expect, test } from 'vitest';
import { measuredTables } from '../../../src/tools/measured-table.ts';
import { plannedSet } from '../../support/planned-set.ts';

const [change] = plannedSet().changes;
const step = (more: object) => ({
  steps: [{ change: change ?? expect.fail('no change'), befores: {}, ways: {}, measured: {}, ...more }],
});
const before = { health: 'ok', latencyMs: 12.5, gpuFreeBytes: 1024 ** 3, restarts: null, well: true };

test('figures stand side by side in what they are in, and what nobody tells is left out', () => {
  const measured = { before, after: { ...before, latencyMs: null, extra: [1] } };
  expect(measuredTables(step({ measured, judged: { is: 'worse', say: 'It hangs.' } }))).toEqual([
    {
      kind: 'table',
      title: 'service:llama-1, worse: It hangs.',
      columns: ['', 'before', 'after'],
      rows: [
        ['health', 'ok', 'ok'],
        ['latency', '12.5 ms', ''],
        ['gpu free', '1.0 GiB', '1.0 GiB'],
        ['well', 'true', 'true'],
        ['extra', '', '[1]'],
      ],
    },
  ]);
});

test('what was not measured afterwards is told so, and what was never measured has no table', () => {
  expect(measuredTables(step({ measured: { before } }))).toMatchObject([
    { title: 'service:llama-1, not judged', rows: expect.arrayContaining([['latency', '12.5 ms', '']]) },
  ]);
  expect(measuredTables(step({ measured: { before: 7 } }))).toMatchObject([{ rows: [] }]);
  expect(measuredTables(step({}))).toEqual([]);
});
