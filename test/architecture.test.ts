import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

/** What each part of the house may import: folders of src, and packages. The first row whose prefix fits a file holds. */
const law: readonly (readonly [file: string, allowed: readonly string[]])[] = [
  ['core/', ['core/', 'zod']],
  ['services/', ['core/', 'services/', '@rgrove/parse-xml', 'zod']],
  ['probes/compose-text.ts', ['yaml', 'zod']],
  ['probes/', ['core/', 'services/', 'probes/', '@rgrove/parse-xml', 'zod']],
  ['checks/', ['core/', 'services/', 'probes/', 'checks/']],
  ['generate/', ['core/', 'probes/', 'generate/', 'zod']],
  ['actions/', ['core/', 'services/', 'probes/', 'checks/', 'generate/', 'actions/', 'diff', 'zod']],
  ['playbooks/', ['core/', 'playbooks/']],
  ['pages/', ['core/', 'text/', 'pages/']],
  ['text/', ['core/', 'text/', 'node:']],
  ['play/', ['core/', 'checks/', 'play/']],
  ['transport/', ['core/', 'transport/', 'node:', 'ssh2', 'undici', 'execa', 'zod']],
  ['engine/', ['core/', 'engine/', 'node:', 'pino', 'zod']],
  ['http/', ['core/', 'http/', 'node:']],
  ['config/', ['core/', 'config/', 'node:', 'zod', 'yaml']],
  [
    'tools/',
    ['core/', 'services/', 'probes/', 'checks/', 'generate/', 'playbooks/', 'play/', 'pages/', 'tools/', 'zod'],
  ],
  ['drill/', ['core/', 'drill/', '../sandbox/', 'node:', 'zod']],
  ['server.ts', ['', 'node:', '@modelcontextprotocol/server', 'zod']],
  ['app.ts', ['', 'node:', 'pino', 'zod']],
  ['', ['', 'node:', 'zod']],
];

const root = new URL('../src/', import.meta.url).pathname;
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const text = (file: string) => readFileSync(join(root, file), 'utf8');

/** The modules that a file imports: paths within src, or package names. */
const imports = (file: string): string[] =>
  [...text(file).matchAll(/(?:^(?:import|export)[^'";]*?from |^import |\bimport\()'([^']+)'/gm)].map(([, from = '']) =>
    from.startsWith('.') ? relative(root, join(root, dirname(file), from)) : from,
  );

const isInside = (module: string, allowed: string) =>
  allowed === ''
    ? files.includes(module)
    : allowed.endsWith('/') || allowed.endsWith(':')
      ? module.startsWith(allowed)
      : module === allowed || module.startsWith(`${allowed}/`);

describe('the law of imports', () => {
  test.each(files)('%s', (file) => {
    const allowed = law.find(([prefix]) => file.startsWith(prefix))?.[1] ?? [];
    expect(imports(file).filter((module) => !allowed.some((entry) => isInside(module, entry)))).toEqual([]);
  });

  test('sees imports of every form', () => {
    expect(imports('app.ts').length).toBeGreaterThan(3);
    expect(imports('transport/transports.ts')).toContain('transport/ssh.ts');
  });
});

describe('every file', () => {
  test.each(files)('%s has at most 250 lines', (file) =>
    expect(text(file).split('\n').length).toBeLessThanOrEqual(251),
  );
  test.each(files)('%s is kebab-case and no bin of odds and ends', (file) => {
    expect(file).toMatch(/^(?:[a-z0-9-]+\/)*[a-z0-9-]+\.ts$/);
    expect(file).not.toMatch(/(?:^|\/)(?:utils?|helpers?|common|types|misc)(?:\/|\.ts$)/);
  });
});

// A script that runs on the node stands in a template and has the node's clock.
const ours = (file: string) => text(file).replace(/`[^`]*`/g, '');

test('knowledge knows no clock', () => {
  const knowledge = files.filter((file) => /^(?:services|probes|checks|generate|actions|pages)\//.test(file));
  expect(knowledge.filter((file) => /\bDate\.now\(|new Date\(\)|performance\.now|setTimeout/.test(ours(file)))).toEqual(
    [],
  );
});
