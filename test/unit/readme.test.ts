import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ownCommands } from '../../src/cli/own-commands.ts';
import { nodeSchema } from '../../src/core/node.ts';
import { policySchema } from '../../src/core/policy.ts';
import { tools } from '../../src/tools/index.ts';

const readme = readFileSync('README.md', 'utf8');
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);

describe('the README', () => {
  test('shows a fleet file that is valid, of about ten lines', () => {
    const [fleet = ''] = blocks('yaml');
    expect(z.strictObject({ nodes: z.record(z.string(), nodeSchema) }).parse(parse(fleet)).nodes).toHaveProperty(
      'gpu-1',
    );
    expect(fleet.trim().split('\n').length).toBeLessThanOrEqual(10);
  });

  test('shows a policy that is valid, of five lines', () => {
    const [, text = ''] = blocks('yaml');
    expect(z.strictObject({ policy: policySchema }).parse(parse(text)).policy.rules).toHaveLength(3);
    expect(text.trim().split('\n')).toHaveLength(5);
  });

  test.each(blocks('json').map((text) => [text]))('shows JSON that can be pasted: %s', (text) => {
    expect(JSON.stringify(JSON.parse(text))).toContain('"command":"rackhand"');
  });

  test.each([...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path))(
    'links to %s, which is there',
    (path) => {
      expect(existsSync(path)).toBe(true);
    },
  );

  test.each([...readme.matchAll(/npm run ([a-z]+)/g)].map(([, script = '']) => script))(
    'names npm run %s',
    (script) => {
      const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
      expect(scripts).toHaveProperty(script);
    },
  );

  const known = [
    ...tools.flatMap(({ name, cli }) => [name.replaceAll('_', ' '), ...(cli.alias === undefined ? [] : [cli.alias])]),
    ...ownCommands.map(({ words }) => words),
  ];
  test.each([...readme.matchAll(/(?:^|npx |`)rackhand ([a-z]+(?: [a-z]+)?)/gm)].map(([, words = '']) => words))(
    'calls rackhand %s',
    (words) => {
      expect(known.some((command) => words === command || words.startsWith(`${command} `))).toBe(true);
    },
  );
});
