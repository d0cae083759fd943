import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { checks } from '../../src/checks/index.ts';
import { signatures } from '../../src/checks/signatures/index.ts';
import { fleetJsonSchema } from '../../src/config/schema.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { probes } from '../../src/probes/index.ts';
import { tools } from '../../src/tools/index.ts';

interface Row {
  readonly section: string;
  readonly sentence: string;
  readonly carrier: string;
  readonly shown: string;
}

const rows = readFileSync('docs/seeds.md', 'utf8')
  .split(/^## /m)
  .slice(1)
  .flatMap((part): Row[] => {
    const [section = '', ...lines] = part.split('\n');
    const cells = lines.filter((line) => /^\| (?!sentence|---|:?-)/.test(line)).map((line) => line.split(/(?<!\\)\|/));
    return cells.map(([, sentence = '', carrier = '', shown = '']) => ({
      section,
      sentence: sentence.trim(),
      carrier: carrier.trim(),
      shown: shown.trim(),
    }));
  });

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
const named = new Set([...names(checks), ...names(probes), ...names(actions), ...names(tools), ...names(playbooks)]);
const ids = new Set(signatures.map(({ id }) => id));
const schema = JSON.stringify(fleetJsonSchema());
const files = readdirSync('test', { recursive: true, encoding: 'utf8' });

const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
/** A key of the fleet file: `stack.scripts`. */
const isKey = (word: string) => word.split('.').every((part) => schema.includes(`"${part}":`));

/** A name of ours that there is no more: one of another program may look like it. */
const kinds = new Set([...named].map((name) => name.split('.')[0] ?? ''));
const isGone = (word: string) =>
  /^[a-z]+\.[a-z]+$/.test(word) && kinds.has(word.split('.')[0] ?? '') && !named.has(word) && !isKey(word);
const isGoneId = (word: string) =>
  [...ids].some((id) => id.startsWith(word.slice(0, 3))) && /^[A-Z]{2}-[A-Z]+$/.test(word) && !ids.has(word);

describe.each(rows)('$section: $sentence', ({ carrier, shown }) => {
  test('names only what there is', () => {
    expect(quoted(carrier).filter((word) => isGone(word) || isGoneId(word))).toEqual([]);
    const places = shown.split(/`([^`]+)`/).slice(1);
    for (let at = 0; at < places.length; at += 2) {
      const [file = '', said = ''] = places.slice(at, at + 2);
      if (!/^[\w./-]+\.(?:ts|json)$/.test(file)) continue;
      const found = files.filter((path) => `/test/${path}`.endsWith(`/${file}`));
      expect(found, file).not.toEqual([]);
      const texts = found.map((path) => readFileSync(`test/${path}`, 'utf8'));
      for (const [, title = ''] of said.matchAll(/"([^"]+)"/g))
        expect(
          texts.some((text) => text.includes(title)),
          `${file}: ${title}`,
        ).toBe(true);
    }
  });
});

test('each sentence on the compute stack is carried and shown by something, or says why not', () => {
  const own = rows.filter(({ section }) => section.startsWith('The compute stack'));
  expect(own.length).toBeGreaterThan(50);
  const open = own.filter(({ carrier, shown }) => !(carrier.includes('`') && /\.(?:ts|json)`/.test(shown)));
  expect(open.filter(({ carrier }) => !carrier.startsWith('not carried: '))).toEqual([]);
});
