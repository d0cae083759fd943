import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { checks } from '../../src/checks/index.ts';
import { signatures } from '../../src/checks/signatures/index.ts';
import { fleetJsonSchema } from '../../src/config/schema.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { probes } from '../../src/probes/index.ts';
import { tools } from '../../src/tools/index.ts';

const rows = readFileSync('docs/seeds.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| sentence'))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .map(([, sentence = '', carrier = '', shown = '']) => ({ sentence, carrier, shown }));

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
const named = new Set([...names(checks), ...names(probes), ...names(actions), ...names(tools), ...names(playbooks)]);
const ids = new Set(signatures.map(({ id }) => id));
const schema = JSON.stringify(fleetJsonSchema());
const files = readdirSync('test', { recursive: true, encoding: 'utf8' });

const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
/** A key of the fleet file: `stack.scripts`. */
const isKey = (word: string) => word.split('.').every((part) => schema.includes(`"${part}":`));

describe.each(rows)('$sentence', ({ carrier, shown }) => {
  test('is carried by what there is, or says why not', () => {
    const words = quoted(carrier);
    const dotted = words.filter((word) => /^[a-z]+\.[a-z]+$/.test(word));
    expect(dotted.filter((word) => !named.has(word) && !isKey(word))).toEqual([]);
    expect(words.filter((word) => /^[a-z]+(?:_[a-z]+)+$/.test(word) && !named.has(word))).toEqual([]);
    expect(words.filter((word) => /^[A-Z]{2}-[A-Z]+$/.test(word) && !ids.has(word))).toEqual([]);
    expect(words.length > 0 || carrier.startsWith('not carried: ')).toBe(true);
  });

  test('is shown by tests that there are', () => {
    const places = shown.split(/`([^`]+)`/).slice(1);
    const texts: string[] = [];
    for (let at = 0; at < places.length; at += 2) {
      const [file = '', said = ''] = places.slice(at, at + 2);
      if (!/\.(?:ts|json)$/.test(file)) continue;
      const found = files.filter((path) => `/${path}`.endsWith(`/${file}`));
      expect(found, file).toHaveLength(1);
      const text = readFileSync(`test/${found[0]}`, 'utf8');
      texts.push(text);
      for (const [, title = ''] of said.matchAll(/"([^"]+)"/g)) expect(text, file).toContain(title);
    }
    expect(texts.length > 0 || carrier.startsWith('not carried: ')).toBe(true);
  });
});

test('the documents ask for more than a few things', () => expect(rows.length).toBeGreaterThan(50));
