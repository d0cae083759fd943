import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columns, wrapped } from '../../../src/text/columns.ts';
import { createPaint } from '../../../src/text/paint.ts';
import { fairShare } from '../../../src/text/share.ts';
import { tableText } from '../../../src/text/table-text.ts';

const paint = createPaint(false);

describe('columns of a terminal', () => {
  test.each([
    ['abc', 3],
    ['日本語', 6],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['✔️', 2],
    ['…', 1],
  ])('%s takes %d', (text, width) => expect(columns(text)).toBe(width));
});

describe('a wrapped line', () => {
  test('breaks at blanks, and within a word only when the word is longer than a line', () => {
    expect(wrapped('one two /a/very/long/path', 8)).toEqual(['one two', '/a/very/', 'long/pat', 'h']);
  });

  test('never exceeds its width and never loses a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 30 }), (text, width) => {
        const line = text.replace(/\s+/g, ' ');
        const lines = wrapped(line, width);
        for (const each of lines) expect(columns(each)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''));
      }),
    );
  });
});

describe('a table', () => {
  test('is aligned by what the terminal shows, not by bytes', () => {
    const { head, rows } = tableText(
      {
        columns: ['node', 'state'],
        rows: [
          ['日本', 'ok'],
          ['gpu-1', 'down'],
        ],
      },
      { width: 80, paint },
    );
    expect([head, ...rows.flat()]).toEqual(['node   state', '日本   ok', 'gpu-1  down']);
  });

  test('goes on in the next line where a cell does not fit, and lets small columns be', () => {
    const { rows } = tableText(
      { columns: ['node', 'cause'], rows: [['gpu-1', 'the disk is full and nothing can be written']] },
      { width: 24, paint },
    );
    expect(rows).toEqual([['gpu-1  the disk is full', '       and nothing can', '       be written']]);
  });

  test('shows a row with too few cells, and none of more than there are heads', () => {
    expect(
      tableText({ columns: ['a', 'b'], rows: [['1'], ['1', '2', '3']] }, { width: 80, paint }).rows.flat(),
    ).toEqual(['1', '1  2']);
  });
});

describe('a fair share', () => {
  test('takes from the large ones only, and together they fit', () => {
    expect(fairShare([10, 1_000, 2_000], 1_000)).toBe(495);
    expect(fairShare([10, 20], 1_000)).toBe(Number.POSITIVE_INFINITY);
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 1 }), fc.nat(100_000), (sizes, limit) => {
        const share = fairShare(sizes, limit);
        const total = sizes.reduce((sum, size) => sum + Math.min(size, share), 0);
        expect(total).toBeLessThanOrEqual(limit);
        const whole = sizes.reduce((sum, size) => sum + size, 0);
        // Less than one of each is lost to rounding.
        expect(Math.min(limit, whole) - total).toBeLessThan(sizes.length);
      }),
    );
  });
});
