import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heldText, lockAnswer } from '../../../src/engine/node-lock-answer.ts';

const place = '/run/lock/rackhand.lock';
const token = '0123456789abcdef0123456789abcdef';
const file = `${token}\nalice@laptop\nr-7\n1700000000\n`;

describe('what the node says of its lock', () => {
  test('it was free', () => {
    expect(lockAnswer(`taken ${place} - 1700000100\n`)).toEqual({ outcome: 'taken', place, said: 'nothing' });
  });

  test('somebody holds it, and who', () => {
    const { outcome, holder } = lockAnswer(`busy ${place} 1700000160 1700000100\n${file}`);
    expect({ outcome, holder }).toEqual({
      outcome: 'busy',
      holder: {
        owner: 'alice@laptop',
        run: 'r-7',
        since: 1_700_000_000_000,
        until: 1_700_000_160_000,
        now: 1_700_000_100_000,
      },
    });
    expect(heldText(holder)).toBe(
      'alice@laptop (run r-7) since 2023-11-14T22:13:20Z, whose lease runs until 2023-11-14T22:16:00Z by the clock of the node, for another 1 min',
    );
  });

  test('it was taken from one whose lease was over', () => {
    const { outcome, holder } = lockAnswer(`taken ${place} 1700000090 1700000100\n${file.trimEnd()}`);
    expect(outcome).toBe('taken');
    expect(heldText(holder)).toBe(
      'alice@laptop (run r-7) since 2023-11-14T22:13:20Z, whose lease ran out at 2023-11-14T22:14:50Z, 10 s ago',
    );
  });

  test.each([
    ['nothing', ''],
    ['no token', 'hello\nalice\nr-7\n1700000000\n'],
    ['no time', `${token}\nalice\nr-7\nyesterday\n`],
    ['half of it', `${token}\nalice`],
    ['lines too many', `${file}rm -rf /\n`],
    ['bytes', '\u0000\u0001\ufffd'.repeat(1_000)],
  ])('a file that holds %s names nobody', (_, content) => {
    const { outcome, holder } = lockAnswer(`busy ${place} 1700000160 1700000100\n${content}`);
    expect(outcome).toBe('busy');
    expect(heldText(holder)).toBe(
      'somebody who left a lock that can not be read, whose lease runs until 2023-11-14T22:16:00Z by the clock of the node, for another 1 min',
    );
  });

  test('names are shown on one line, cleaned and short', () => {
    const { holder } = lockAnswer(
      `busy ${place} 2 1\n${token}\n\u001b[31mal\u202eice\tof ${'x'.repeat(900)}\nr\r7\n1700000000\n`,
    );
    expect(holder?.owner).toMatch(/^alice of x{191}$/);
    expect(holder?.run).toBe('7');
  });

  test('a file can not speak for the node', () => {
    expect(lockAnswer(`busy ${place} 9 1\ntaken ${place} - 1\n`)).toMatchObject({ outcome: 'busy', place });
    for (const said of ['', 'taken', `taken ${place} - 1`, `taken relative - 1\n`, `grabbed ${place} - 1\n`])
      expect(lockAnswer(said).outcome).toBe('unclear');
  });

  test('no answer is taken for a lock but the one word, and none breaks the reader', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'binary' }), (start, content) => {
        fc.pre(!start.startsWith('taken '));
        expect(lockAnswer(start).outcome).not.toBe('taken');
        const { holder } = lockAnswer(`stays ${place} -5 999999999999\n${content}`);
        expect(heldText(holder)).toContain('ran out at 1969-12-31T23:59:55Z');
      }),
    );
  });
});
