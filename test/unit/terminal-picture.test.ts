import { parseXml } from '@rgrove/parse-xml';
import { afterEach, expect, test, vi } from 'vitest';
import { paint } from '../../scripts/paint.ts';
import { terminalPicture } from '../../scripts/terminal-picture.ts';

afterEach(() => vi.unstubAllEnvs());

const red = '\u001b[31m';
const off = '\u001b[0m';

test('a picture shows each line, what is coloured in its colour, and markup as text', () => {
  const picture = terminalPicture(`all ${red}bad${off} <b> & more\nnext`);
  expect(picture).toContain('all <tspan fill="#ff7b72">bad</tspan> &lt;b&gt; &amp; more</text>');
  expect(picture.match(/<text /g)).toHaveLength(2);
  expect(() => parseXml(picture)).not.toThrow();
  expect(picture).not.toContain('\u001b');
});

test('a line longer than the terminal goes on in the next row, in its colour', () => {
  const picture = terminalPicture(`${red}${'x'.repeat(25)}${off}`, 10);
  expect([...picture.matchAll(/fill="#ff7b72">(x+)</g)].map(([, text]) => text)).toEqual([
    'x'.repeat(10),
    'x'.repeat(10),
    'x'.repeat(5),
  ]);
});

test('status words are painted for a terminal only', () => {
  vi.stubEnv('NO_COLOR', undefined);
  vi.stubEnv('FORCE_COLOR', undefined);
  expect(paint('llama is critical, the rest ok', { isTTY: false })).toBe('llama is critical, the rest ok');
  expect(paint('llama is critical, the rest ok', { isTTY: true })).toBe(
    `llama is ${red}critical${off}, the rest \u001b[32mok${off}`,
  );
});
