import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { format } from 'oxfmt';

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
    folder: 'src/actions',
    definer: 'defineAction',
    list: 'actions',
    type: "import type { AnyAction } from '../core/action.ts';",
    of: 'AnyAction',
  },
  {
    folder: 'src/playbooks',
    definer: 'definePlaybook',
    list: 'playbooks',
    type: "import type { Playbook } from '../core/playbook.ts';",
    of: 'Playbook',
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

type Files = readonly (readonly [file: string, content: string])[];

const catalogs = (): Promise<Files> =>
  Promise.all(
    folders.map(async (entry) => {
      const options = { printWidth: style.printWidth, singleQuote: style.singleQuote };
      const { code } = await format('index.ts', catalog(entry), options);
      return [`${entry.folder}/index.ts`, code] as const;
    }),
  );

/** Imported only now: they tell of what the catalogs hold. */
async function pages(): Promise<Files> {
  const { tools } = await import('../src/tools/index.ts');
  const { fleetJsonSchema, playbookJsonSchema } = await import('../src/config/schema.ts');
  const { checksDoc } = await import('./checks-doc.ts');
  const { playbooks } = await import('../src/playbooks/index.ts');
  const { playbooksPage } = await import('./skill-tables.ts');
  const { toolsPage, toolsSnapshot } = await import('./tools-doc.ts');
  return [
    ['docs/checks.md', await checksDoc()],
    ['docs/tools.md', toolsPage(tools)],
    ['docs/tools.schema.json', toolsSnapshot(tools)],
    ['skills/service-recovery/references/playbooks.md', playbooksPage(playbooks)],
    ['schema/fleet.schema.json', `${JSON.stringify(fleetJsonSchema(), undefined, 2)}\n`],
    ['schema/playbook.schema.json', `${JSON.stringify(playbookJsonSchema(), undefined, 2)}\n`],
  ];
}

/** Every generated file and what it must hold. */
export const generated = async (): Promise<Files> => [...(await catalogs()), ...(await pages())];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const make of [catalogs, pages]) for (const [file, content] of await make()) writeFileSync(file, content);
}
