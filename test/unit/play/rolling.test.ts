import { describe, expect, test } from 'vitest';
import { OpsError } from '../../../src/core/errors.ts';
import { batches, isOver } from '../../../src/play/rolling.ts';

const nodes = (many: number) => Array.from({ length: many }, (_, index) => index);

describe('nodes in batches', () => {
  test.each<[number, string, number[]]>([
    [0, '1', []],
    [1, '5', [1]],
    [4, '1', [1, 1, 1, 1]],
    [12, '25%', [1, 3, 3, 3, 2]],
    [12, '100%', [1, 11]],
    [3, '10%', [1, 1, 1]],
    [7, '50', [1, 6]],
  ])('%s nodes by %s', (many, serial, sizes) => {
    const made = batches(nodes(many), serial);
    expect(made.map((batch) => batch.length)).toEqual(sizes);
    expect(made.flat()).toEqual(nodes(many));
  });

  test.each(['0', '', '-1', '101%', '1.5', '5 %', 'all'])('%j is no size', (serial) => {
    expect(() => batches(nodes(2), serial)).toThrow(OpsError);
  });
});

test.each<[number, number, number, boolean]>([
  [0, 12, 0, false],
  [1, 12, 0, true],
  [1, 12, 10, false],
  [2, 12, 10, true],
  [3, 12, 25, false],
  [12, 12, 100, false],
])('%s failed of %s with %s %% allowed', (failed, all, most, over) => {
  expect(isOver(failed, all, most)).toBe(over);
});
