import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ownCommands } from '../../src/cli/own-commands.ts';
import { playbookJsonSchema } from '../../src/config/schema.ts';
import { isMapping } from '../../src/config/key-path.ts';
import { placeholderNames } from '../../src/core/playbook.ts';
import { tools } from '../../src/tools/index.ts';
import { fleetWith, saidOf } from '../support/playbook-text.ts';

const page = readFileSync('docs/playbooks.md', 'utf8');
const [fleet = '', playbook = ''] = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);

/** Every key that a schema names. */
const keys = (schema: unknown): readonly string[] => {
  if (Array.isArray(schema)) return schema.flatMap(keys);
  if (!isMapping(schema)) return [];
  const { properties } = schema;
  const own = isMapping(properties) ? Object.keys(properties) : [];
  return [...own, ...Object.values(schema).flatMap(keys)];
};

describe('docs/playbooks.md', () => {
  test('shows a whole playbook that is right beside the fleet that it shows', async () => {
    const read = await fleetWith({ 'release_missing.yaml': playbook }, fleet).read();
    expect(saidOf(read)).toBeUndefined();
    expect(read.playbooks).toMatchObject([{ name: 'release_missing', remedies: [{}, {}, {}] }]);
  });

  test('explains every key and every placeholder', () => {
    const words = new Set(page.match(/[A-Za-z]+/g));
    expect(keys(playbookJsonSchema()).filter((key) => !words.has(key))).toEqual([]);
    expect(placeholderNames.filter((name) => !page.includes(`{${name}}`))).toEqual([]);
  });

  test('calls commands that there are', () => {
    const known = [
      'playbook',
      'release_missing',
      ...ownCommands.map(({ words }) => words),
      ...tools.flatMap(({ name, cli }) => [name.replaceAll('_', ' '), cli.alias ?? []].flat()),
    ];
    const called = [...page.matchAll(/rackhand ([a-z_]+(?: (?:new|print|check|plan|run|schema|list))?)/g)];
    expect(called.length).toBeGreaterThan(5);
    const words = called.map(([, typed = '']) => typed).filter((typed) => typed !== 'knows' && typed !== 'or');
    expect(words.filter((typed) => !known.includes(typed))).toEqual([]);
  });
});
