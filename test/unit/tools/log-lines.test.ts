import { describe, expect, test } from 'vitest';
import { timeOf } from '../../../src/probes/log-time.ts';
import { selectLines, sinceTime } from '../../../src/tools/log-lines.ts';

const log = [
  '2026-11-21 09:00:00,123 INFO started',
  '  detail of the start',
  '2026-11-21T09:05:00Z ERROR lost',
  '[2026-11-21 09:06:00 +0100] late zone',
];

describe('lines of a log', () => {
  test('are the last ones, with the number of those left out', () => {
    expect(selectLines(log, { most: 1 })).toEqual({
      lines: ['[2026-11-21 09:06:00 +0100] late zone'],
      omitted: 3,
      timeless: false,
    });
  });
  test('hold the fixed string, whatever it would mean as a pattern', () => {
    expect(selectLines(['a.c', 'abc'], { most: 9, grep: 'a.c' }).lines).toEqual(['a.c']);
  });
  test('are those written since, with the lines that belong to them', () => {
    const since = Date.parse('2026-11-21T08:59:00Z');
    expect(selectLines(log, { most: 9, since }).lines).toEqual(log.slice(0, 3));
  });
  test('without a time on any line say so instead of looking empty', () => {
    expect(selectLines(['plain'], { most: 9, since: 0 })).toEqual({ lines: [], omitted: 0, timeless: true });
  });
  test('of an empty log are none', () => {
    expect(selectLines([], { most: 9 }).lines).toEqual([]);
  });
});

test('a time without a zone is read as UTC', () => {
  expect(timeOf('2026-11-21 09:00:00 x')).toBe(Date.parse('2026-11-21T09:00:00Z'));
  expect(timeOf('no time here')).toBeUndefined();
});

test('since takes a span or a time', () => {
  expect(sinceTime('10m', 600_000)).toBe(0);
  expect(sinceTime('2026-11-21T09:00:00', 0)).toBe(Date.parse('2026-11-21T09:00:00Z'));
  expect(sinceTime('2026-11-21T09:00:00Z', 0)).toBe(Date.parse('2026-11-21T09:00:00Z'));
  expect(sinceTime('yesterday evening', 0)).toBeUndefined();
});
