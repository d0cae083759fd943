import { describe, expect, test } from 'vitest';
import { timeOf, zoneShift } from '../../../src/probes/log-time.ts';
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

describe('how far times without a zone are from UTC', () => {
  const written = Date.parse('2026-11-21T17:00:05Z');
  test.each([
    ['the zone of the node', '2026-11-21 09:00:04,100 INFO x', -8 * 3_600_000],
    ['half an hour counts', '2026-11-21 22:30:05 INFO x', 5.5 * 3_600_000],
    ['UTC', '2026-11-21 17:00:05 INFO x', 0],
    ['a time with a zone tells nothing', '2026-11-21T09:00:04-0800 x', undefined],
    ['no zone explains it', '2026-11-21 09:07:00 INFO x', undefined],
    ['nor a day', '2026-11-20 17:00:05 INFO x', undefined],
    ['the last line has no time', '2026-11-21 09:00:04 INFO x\n  detail', undefined],
  ])('%s', (_, lines, shift) => expect(zoneShift([...lines.split('\n'), ''], written)).toBe(shift));

  test('counts in what is recent', () => {
    const lines = ['2026-11-21 08:00:00 INFO old', '2026-11-21 09:00:04 INFO new'];
    const shiftMs = zoneShift(lines, written);
    expect(selectLines(lines, { most: 9, since: Date.parse('2026-11-21T16:59:00Z'), shiftMs }).lines).toEqual([
      lines[1],
    ]);
  });
});
