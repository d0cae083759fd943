import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const page = readFileSync('docs/safety.md', 'utf8');
const rows = [...page.matchAll(/^- \[([^\]]+)\]\(\.\.\/(test\/[^)]+)\) (.+)$/gm)].flatMap(
  ([, name = '', path = '', titles = '']) =>
    [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => [name, path, title] as const),
);

describe('docs/safety.md', () => {
  test('names a test in each of its promises', () => {
    const [promises = ''] = page.split('## What you still have to know');
    const bare = promises
      .split(/\n\n(?=\*\*)/)
      .slice(1)
      .filter((promise) => !/^- \[.+\]\(\.\.\/test\/.+\) "/m.test(promise));
    expect(bare).toEqual([]);
    expect(rows.length).toBeGreaterThan(50);
  });

  test.each(rows)('names a test of %s (%s): %s', (name, path, title) => {
    expect(path.endsWith(`/${name}`)).toBe(true);
    // As the first words of a test or of a row of one; a title holds no quote of its own.
    expect(readFileSync(path, 'utf8').includes(`'${title}`)).toBe(true);
  });

  test('has no line that looks like a proof and is none', () => {
    const meant = page.split('\n').filter((line) => line.startsWith('- ['));
    expect(meant.filter((line) => !/^- \[[^\]]+\]\(\.\.\/test\/[^)]+\)(?: "[^"]+",?)+$/.test(line))).toEqual([]);
  });
});
