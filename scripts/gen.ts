import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { format } from 'oxfmt';
import { fleetJsonSchema } from '../src/config/schema.ts';
import { tools } from '../src/tools/index.ts';
import { checksDoc } from './checks-doc.ts';
import { toolsPage, toolsSnapshot } from './tools-doc.ts';

/** The folders whose every unit is one file, and how the file defines it. */
const folders = [
  {
    folder: 'src/probes',
    definer: 'defineProbe',
    list: 'probes',
    type: "import type { Probe } from '../core/probe.ts';",
    of: 'Probe<never, unknown>',
  },
  {
    folder: 'src/checks',
    definer: 'defineCheck',
    list: 'checks',
    type: "import type { AnyCheck } from '../core/check.ts';",
    of: 'AnyCheck',
  },
  {
    folder: 'src/checks/signatures',
    definer: 'defineSignatures',
    list: 'signatures',
    type: "import type { Signature } from '../../core/signature.ts';",
    of: 'Signature',
    spread: true,
  },
  {
    folder: 'src/services',
    definer: 'defineServiceManager',
    list: 'serviceManagers',
    type: "import type { ServiceManager } from '../core/service-manager.ts';",
    of: 'ServiceManager',
  },
  {
    folder: 'src/tools',
    definer: 'defineTool',
    list: 'tools',
    type: "import type { AnyTool } from '../core/tool.ts';",
    of: 'AnyTool',
  },
] as const;

export const camelCase = (kebab: string) => kebab.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

const style = JSON.parse(readFileSync('.oxfmtrc.json', 'utf8')) as { printWidth: number; singleQuote: boolean };

function catalog(entry: (typeof folders)[number]): string {
  const units = readdirSync(entry.folder)
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((stem) =>
      readFileSync(`${entry.folder}/${stem}.ts`, 'utf8').includes(`export const ${camelCase(stem)} = ${entry.definer}`),
    )
    .toSorted();
  const items = units.map((stem) => `${'spread' in entry ? '...' : ''}${camelCase(stem)},`);
  const imports = units.map((stem) => `import { ${camelCase(stem)} } from './${stem}.ts';`);
  return [
    '// Made by `npm run gen`.',
    entry.type,
    ...imports,
    '',
    `export const ${entry.list}: readonly ${entry.of}[] = [`,
    ...items,
    '];',
  ].join('\n');
}

/** Every generated file and what it must hold. */
export async function generated(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of folders) {
    const { code } = await format('index.ts', catalog(entry), {
      printWidth: style.printWidth,
      singleQuote: style.singleQuote,
    });
    files.set(`${entry.folder}/index.ts`, code);
  }
  files.set('docs/checks.md', await checksDoc());
  files.set('docs/tools.md', toolsPage(tools));
  files.set('docs/tools.schema.json', toolsSnapshot(tools));
  files.set('schema/fleet.schema.json', `${JSON.stringify(fleetJsonSchema(), undefined, 2)}\n`);
  return files;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const stale = [...(await generated())].filter(
    ([file, content]) => !existsSync(file) || readFileSync(file, 'utf8') !== content,
  );
  for (const [file, content] of stale) writeFileSync(file, content);
  // The pages tell of what the catalogs held when this began: with new catalogs they are made once more.
  if (stale.some(([file]) => file.endsWith('/index.ts')))
    execFileSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' });
}
