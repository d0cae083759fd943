import { z } from 'zod';
import { findingSchema, nextSchema } from '../src/core/report.ts';
import type { AnyTool } from '../src/core/tool.ts';
import { flagsOf } from '../src/cli/flags.ts';
import { usageLine } from '../src/cli/help.ts';
import { toolCommand } from '../src/cli/tool-command.ts';
import { toolEntry } from '../src/tool-schema.ts';

/** `docs/tools.schema.json`: what every client sees of the tools, so that a change of it is a change somebody reads. */
export const toolsSnapshot = (tools: readonly AnyTool[]): string =>
  `${JSON.stringify({ tools: tools.map(toolEntry) }, undefined, 2)}\n`;

/** `docs/tools.md`: every tool for people, on the command line and over MCP. */
export function toolsPage(tools: readonly AnyTool[]): string {
  return [
    '# Tools',
    '',
    'Made by `npm run gen`. The same tools are commands of `rackhand` and tools of its MCP server.',
    '',
    'Every tool answers with one report: `summary` (one sentence), `status`, `findings`, `next`, `notes` and `data`.',
    '',
    '## A finding',
    '',
    ...fieldTable(findingSchema),
    '',
    '## A next step',
    '',
    ...fieldTable(nextSchema),
    ...tools.flatMap((tool) => ['', ...toolPart(tool)]),
    '',
  ].join('\n');
}

function toolPart(tool: AnyTool): readonly string[] {
  const { alias } = tool.cli;
  const flags = flagsOf(tool.input);
  return [
    `## ${tool.name}`,
    '',
    tool.summary,
    '',
    `\`${usageLine(toolCommand(tool))}\`${alias === undefined ? '' : `, short \`rackhand ${alias}\``}. Effect: ${tool.effect}.`,
    '',
    ...(flags.length === 0
      ? ['It takes no input.']
      : table(
          ['input', 'flag', 'says'],
          flags.map(({ key, flag, says, choices }) => [
            `\`${key}\``,
            `\`${flag}\``,
            `${says}${choices.length === 0 ? '' : ` (${choices.join(', ')})`}`,
          ]),
        )),
    '',
    '`data`:',
    '',
    ...fieldTable(tool.data),
  ];
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The fields of an object, those within it with their path: `nodes[].status`. */
function fieldTable(schema: z.ZodType): readonly string[] {
  const rows = fields(z.toJSONSchema(schema), '');
  return table(
    ['field', 'type', 'says'],
    rows.map(({ path, type, says }) => [`\`${path}\``, type, says]),
  );
}

interface Field {
  readonly path: string;
  readonly type: string;
  readonly says: string;
}

function fields(schema: JsonSchema, prefix: string): readonly Field[] {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]): readonly Field[] => {
    if (typeof child === 'boolean') return [];
    const optional = required.includes(key) ? '' : 'only where it applies';
    const says = [child.description, optional].filter((part) => part !== undefined && part !== '').join('; ');
    const { items } = child;
    const inner = typeof items === 'object' && !Array.isArray(items) ? items : undefined;
    const path = prefix + key + (inner === undefined ? '' : '[]');
    return [{ path, type: typeText(inner ?? child), says }, ...fields(inner ?? child, `${path}.`)];
  });
}

function typeText(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.join(', ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' or ');
  return [schema.type ?? 'any'].flat().join(' or ');
}

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  [heads, heads.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
