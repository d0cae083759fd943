import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cursorText, marksOf } from '../../../src/tools/log-cursor.ts';

const print = fc.record({ bytes: fc.nat(1_024), sum: fc.stringMatching(/^[0-9a-z]{1,14}$/) });
const mark = fc.record({
  offset: fc.maxSafeNat(),
  shown: fc.nat(),
  mtimeMs: fc.maxSafeNat(),
  head: print,
  tail: print,
});
const journal = fc.stringMatching(/^s=[0-9a-f]{4,40};i=[0-9a-f]{1,8};b=[0-9a-f]{32}$/);
const marks = fc.dictionary(fc.stringMatching(/^[0-9a-z]{1,14}$/), fc.oneof(mark, journal), {
  minKeys: 1,
  noNullPrototype: true,
});

test('a cursor is one word that no shell has to be told of, and reads back as what it was made of', () => {
  fc.assert(
    fc.property(marks, (before) => {
      const text = cursorText([], before);
      expect(text).toMatch(/^[\w.,@=/+-]+$/);
      expect(marksOf(text)).toEqual(before);
    }),
  );
});

test('a log that could not be read stays where it was', () => {
  const before = { a: 's=1;i=1', b: 's=1;i=2' };
  expect(
    marksOf(
      cursorText(
        [
          { key: 'a', mark: null },
          { key: 'b', mark: 's=1;i=9' },
        ],
        before,
      ),
    ),
  ).toEqual({ ...before, b: 's=1;i=9' });
});

test('any other word is refused', () => {
  for (const word of ['x', 'a.b', '../etc', 'a@;rm', 'a@x y', `a@${'x'.repeat(401)}`])
    expect(() => marksOf(word), word).toThrow('cursor');
});
