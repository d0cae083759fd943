import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checks } from '../src/checks/index.ts';
import { probes } from '../src/probes/index.ts';
import { serviceManagers } from '../src/services/index.ts';
import { tools } from '../src/tools/index.ts';
import { camelCase, generated } from '../scripts/gen.ts';

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

test('what is generated is up to date', async () => {
  for (const [file, content] of await generated())
    expect(readFileSync(file, 'utf8'), `${file}: run npm run gen`).toBe(content);
});

test.each([
  ['checks', checks, /^[a-z]+\.[a-z]+$/],
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
