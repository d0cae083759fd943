import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

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

/** Every generated file and what it must hold. */
export function generated(): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of folders) {
    const units = readdirSync(entry.folder)
      .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
      .map((file) => file.replace(/\.ts$/, ''))
      .filter((stem) =>
        readFileSync(`${entry.folder}/${stem}.ts`, 'utf8').includes(
          `export const ${camelCase(stem)} = ${entry.definer}`,
        ),
      )
      .toSorted();
    const items = units.map((stem) => ('spread' in entry ? `  ...${camelCase(stem)},` : `  ${camelCase(stem)},`));
    const imports = [entry.type, ...units.map((stem) => `import { ${camelCase(stem)} } from './${stem}.ts';`)];
    files.set(
      `${entry.folder}/index.ts`,
      [
        '// Made by `npm run gen`.',
        ...imports,
        '',
        `export const ${entry.list}: readonly ${entry.of}[] = [`,
        ...items,
        '];',
        '',
      ].join('\n'),
    );
  }
  return files;
}

for (const [file, content] of generated()) writeFileSync(file, content);
