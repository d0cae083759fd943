import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLine } from '../../src/core/quote.ts';
import { has } from '../support/requires.ts';
import { word, words } from '../support/words.ts';

for (const shell of ['sh', 'dash', 'bash', 'fish', 'zsh', 'busybox']) {
  describe.skipIf(!has(shell))(`a command line under ${shell}`, () => {
    const args = shell === 'busybox' ? ['sh', '-c'] : ['-c'];
    const given = (sent: readonly string[]) =>
      execFileSync(shell, [...args, commandLine(['printf', '%s\\0', ...sent])], {
        env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
        .toString()
        .split('\0')
        .slice(0, -1);

    test('gives every word back byte for byte', () => {
      fc.assert(
        fc.property(words, (sent) => {
          expect(given(sent)).toEqual(sent);
        }),
        { numRuns: shell === 'fish' ? 60 : 150 },
      );
    });

    test('gives back the words that only one shell reads as more than text', () => {
      const odd = [
        '=ls',
        '=',
        '==',
        '=%',
        '%self',
        '%1',
        '+x',
        '-n',
        '--',
        '@',
        'a=~b',
        '~',
        '~root',
        '{a,b}',
        '\\\\',
        '^x',
      ];
      expect(given(odd)).toEqual(odd);
    });
  });
}

test('a NUL byte is refused, because no shell can be given one', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(() => commandLine(['x', `${a}\0${b}`])).toThrow(RangeError);
    }),
  );
});
