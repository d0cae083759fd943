import { expect, test } from 'vitest';
import { matching } from '../../../src/engine/matching.ts';

const never = new AbortController().signal;

test('a pattern says which texts it fits; ^ and $ are ends of lines, (?i) ignores case', async () => {
  expect(await matching('^b$', ['a\nb', 'ab'], never)).toEqual([true, false]);
  expect(await matching('(?i)ERROR', ['an error', 'none'], never)).toEqual([true, false]);
});

test('one that tries the same again and again is stopped, and holds nothing else up meanwhile', async () => {
  let turns = 0;
  const ticking = setInterval(() => (turns += 1), 5);
  await expect(matching('(a+)+$', [`${'a'.repeat(60_000)}!`], never)).rejects.toMatchObject({ code: 'USAGE' });
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(10);
});

test.each(['(', 'a'.repeat(501), '[b-a]'])('one that can not be read is refused', async (pattern) => {
  await expect(matching(pattern, [], never)).rejects.toMatchObject({ code: 'USAGE' });
});

test('is given up when the call is', async () => {
  const stop = new AbortController();
  const found = matching('(a+)+$', [`${'a'.repeat(60_000)}!`], stop.signal);
  stop.abort();
  await expect(found).rejects.toMatchObject({ code: 'CANCELLED' });
});
