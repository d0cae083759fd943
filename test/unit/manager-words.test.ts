import { describe, expect, test } from 'vitest';
import { managerWord, managerWords } from '../../src/checks/manager-words.ts';

describe('the words of managers', () => {
  test.each(managerWords.map((word) => [word.example, word] as const))('%s', (example, word) => {
    const [, said = example, code] = /^(.*), exit code (\d+)$/.exec(example) ?? [];
    expect(managerWord(said, code === undefined ? null : Number(code))).toBe(word);
    for (const text of [word.meaning, word.advice, word.source]) expect(text.length).toBeGreaterThan(8);
  });

  test.each([
    ['RUNNING pid 12, uptime 1:00:00', null],
    ['active (running)', null],
    ['EXITED Bad exit code 3', 3],
    ['failed (failed), exit-code', 1],
    ['EXITED Bad exit code 200', 200],
    ['', null],
  ] as const)('%j with %j has no meaning of its own', (said, code) => expect(managerWord(said, code)).toBeUndefined());
});
