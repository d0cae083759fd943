import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { actions } from '../src/actions/index.ts';
import { checks } from '../src/checks/index.ts';
import { probes } from '../src/probes/index.ts';
import { serviceManagers } from '../src/services/index.ts';
import { tools } from '../src/tools/index.ts';
import { digestCheck } from '../src/checks/digest-check.ts';
import { fleetJsonSchema } from '../src/config/schema.ts';
import { thresholdsSchema } from '../src/core/node.ts';
import { catalogRows } from '../scripts/catalog-rows.ts';
import { camelCase, generated } from '../scripts/gen.ts';

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

test('what is generated is up to date', async () => {
  for (const [file, content] of await generated())
    expect(readFileSync(file, 'utf8'), `${file}: run npm run gen`).toBe(content);
});

test.each([
  ['actions', actions, /^[a-z]+\.[a-z]+$/],
  ['checks', checks, /^[a-z]+\.[a-z]+(?:_[a-z]+)*$/],
  ['probes', probes, /^[a-z]+\.[a-z]+$/],
  ['service managers', serviceManagers, /^[a-z0-9]+$/],
  ['tools', tools, /^[a-z]+(_[a-z]+)+$/],
] as const)('the names of %s are unique and of one form, and each says what it is for', (_, list, form) => {
  expect(new Set(names(list)).size).toBe(list.length);
  for (const { name, summary } of list) {
    expect(name).toMatch(form);
    expect(summary.length, name).toBeGreaterThan(10);
  }
});

/** Some are tested with the one that they take back. */
const actionTests = ['test/unit/actions', 'test/integration/actions']
  .flatMap((folder) => readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8')))
  .join();

test.each(actions.map((action) => [action.name, action] as const))(
  '%s is exported under its name, tested, and takes flat arguments, each explained',
  (name, { args }) => {
    const stem = name.replace('.', '-');
    expect(readFileSync(`src/actions/${stem}.ts`, 'utf8')).toContain(`export const ${camelCase(stem)} = defineAction`);
    expect(actionTests).toMatch(new RegExp(`\\b${camelCase(stem)}\\b`));
    const { properties = {} } = z.toJSONSchema(args, { io: 'input' });
    for (const [key, schema] of Object.entries(properties)) {
      expect(schema, key).toMatchObject({ description: expect.any(String) });
      expect(JSON.stringify(schema), key).not.toContain('"object"');
    }
  },
);

const judged = [...checks, digestCheck(undefined)];

describe.each(judged.map((check) => [check.name, check] as const))('%s', (_, { rule, unseen }) => {
  test('says by which rule it judges and what it can not see', () => {
    for (const [text, most] of [
      [rule, 300],
      [unseen, 160],
    ] as const) {
      expect(text).toMatch(/^[\p{L}`/].*\.$/u);
      expect(text.length).toBeGreaterThan(15);
      expect(text.length).toBeLessThanOrEqual(most);
    }
    expect(rule).toMatch(/degraded|critical/i);
  });

  test('names only keys of the fleet file, or tools', () => {
    const schema = JSON.stringify(fleetJsonSchema());
    const known = (word: string) => schema.includes(`"${word}":`) || names(tools).includes(word);
    const words = [...`${rule} ${unseen}`.matchAll(/`([^`]*)`/g)].map(([, word = '']) => word);
    expect(words.filter((word) => !known(word))).toEqual([]);
  });
});

test('every threshold is explained and named in a rule', () => {
  for (const [key, { description }] of Object.entries(thresholdsSchema.shape)) {
    expect(description, key).toBeTypeOf('string');
    expect(judged.filter(({ rule }) => rule.includes(`\`${key}\``)).length, key).toBeGreaterThan(0);
  }
});

describe('the catalog of the field', () => {
  test('has each of its 83 rows once', () => {
    expect(catalogRows.length).toBe(83);
    expect(new Set(catalogRows.map(({ id }) => id)).size).toBe(83);
  });

  test('names only checks and tools that there are', () => {
    const known = [...names(judged), ...names(tools)];
    const named = catalogRows.flatMap((row) => ('by' in row ? row.by : []));
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
    for (const row of catalogRows) expect('by' in row ? row.by.length : 1, row.id).toBeGreaterThan(0);
  });
});

describe.each(tools.map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  test('has a description that a client shows whole', () => expect(tool.summary.length).toBeLessThanOrEqual(600));

  test('is exported under its name', () => {
    const stem = name.replaceAll('_', '-');
    expect(readFileSync(`src/tools/${stem}.ts`, 'utf8')).toContain(`export const ${camelCase(stem)} = defineTool`);
  });

  test('takes flat inputs, each explained', () => {
    const { properties = {} } = z.toJSONSchema(tool.input, { io: 'input' });
    for (const [key, schema] of Object.entries(properties)) {
      expect(schema, key).toMatchObject({ description: expect.any(String) });
      expect(JSON.stringify(schema), key).not.toContain('"object"');
    }
    for (const key of tool.cli.positional) expect(Object.keys(properties)).toContain(key);
  });

  test('answers in data whose schema is an object', () =>
    expect(z.toJSONSchema(tool.data)).toMatchObject({ type: 'object' }));
});
