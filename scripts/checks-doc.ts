import { checks } from '../src/checks/index.ts';
import { digestCheck } from '../src/checks/digest-check.ts';
import { signatures } from '../src/checks/signatures/index.ts';
import type { AnyCheck, Needs } from '../src/core/check.ts';
import { layers } from '../src/core/layer.ts';
import { thresholdsSchema, type Node } from '../src/core/node.ts';
import { probes } from '../src/probes/index.ts';
import { catalogRows } from './catalog-rows.ts';
import { sampleNodes } from './sample-nodes.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

const all: readonly AnyCheck[] = [...checks, digestCheck(undefined)];
const isCheck = (name: string): boolean => all.some((check) => check.name === name);
const code = (name: string): string => `\`${name}\``;
/** As GitHub names the anchor of a heading. */
const link = (check: string): string => `[${check}](#${check.replaceAll('.', '')})`;
const listed = (names: readonly string[]): string =>
  names.map((name) => (isCheck(name) ? link(name) : `[${name}](tools.md#${name})`)).join(', ');

/** Everything that Rackhand judges, asks and recognises, as docs/checks.md. */
export async function checksDoc(): Promise<string> {
  const nodes = await sampleNodes();
  const judging = layers.filter((layer) => all.some((check) => check.layer === layer));
  return `# Checks, probes and signatures

Made by \`npm run gen\`.

${checks.length} checks judge the answers of ${probes.length} probes; one more, model.digest, runs only when it is asked for. This page says
what each check reads, by which rule it judges, and what it can not see; then come the [thresholds](#thresholds), what of the
[catalog of the field](#the-catalog-of-the-field) is built, the [probes](#probes) and the [signatures](#signatures).

## How to read a check

- A finding is ok, degraded, critical, unknown or not_applicable. A check whose question gets no answer is unknown: this
  holds for all and is not said again. What does not exist on a node, or is not declared for it, is not_applicable or silent.
- A word like \`diskDegradedPercent\` is a threshold that the fleet file may set. The source of a
  fixed number is named; one without a source is our own.
- The layer decides what is a cause and what follows from it, lowest first. Checks of a service take the layer of that service.

${table(
  ['layer', 'checks'],
  judging.map((layer) => [layer, listed(of(layer).map(({ name }) => name))]),
)}

${judging
  .map(
    (layer) =>
      `## Layer ${layer}\n\n${of(layer)
        .map((check) => entry(check, nodes))
        .join('\n\n')}`,
  )
  .join('\n\n')}

## Thresholds

Opinions, not physics: each can be set for the fleet or for one node, and a finding says which value it used. In brackets
stands where a value comes from; one without is our own.

${thresholds()}

## The catalog of the field

What people and other tools look at on GPU nodes, ${catalogRows.length} rows, and what of Rackhand looks at it.

${coverage()}

## Probes

A probe asks; each only looks.

${table(
  ['probe', 'asks'],
  probes.map(({ name, summary }) => [code(name), summary]),
)}

## Signatures

Lines of a log that are known, what they mean, and whether a restart helps.

${table(
  ['signature', 'in the log of', 'means', 'do', 'restart helps'],
  signatures.map(({ id, services, meaning, advice, restartHelps }) => [
    id,
    services.join(', '),
    meaning,
    advice,
    restartHelps,
  ]),
)}
`;
}

const of = (layer: string): readonly AnyCheck[] => all.filter((check) => check.layer === layer);

const entry = (check: AnyCheck, nodes: readonly Node[]): string =>
  `### ${check.name}

${check.summary}.

- Reads: ${reads(check, nodes).join(', ')}
- Rule: ${check.rule}
- Can't see: ${check.unseen}`;

/** The probes that a check asks, of every subject that it has on some node. */
function reads(check: AnyCheck, nodes: readonly Node[]): readonly string[] {
  const needs: readonly Needs[] = nodes.flatMap((node) =>
    check.subjects(node).map(({ value }): Needs => check.needs(value, node)),
  );
  if (needs.length === 0) throw new Error(`${check.name} applies to no sample node: change scripts/sample-nodes.ts`);
  const asked = needs.flatMap((each) => Object.values(each));
  const twice = new Set(asked.filter(({ sampling }) => sampling !== null).map(({ probe }) => probe));
  return [...new Set(asked.map(({ probe }) => probe))].map((probe) =>
    twice.has(probe) ? `${code(probe)} (twice where one look is not enough)` : code(probe),
  );
}

function thresholds(): string {
  const defaults = thresholdsSchema.parse({});
  return table(
    ['key', 'default', 'meaning', 'used by'],
    Object.entries(thresholdsSchema.shape).map(([key, { description = '' }]) => [
      code(key),
      String(Object.entries(defaults).find(([name]) => name === key)?.[1]),
      description,
      listed(all.filter(({ rule }) => rule.includes(code(key))).map(({ name }) => name)),
    ]),
  );
}

function coverage(): string {
  const built = catalogRows.flatMap((row) => ('by' in row ? row.by : []));
  const beyond = all.map(({ name }) => name).filter((name) => !built.includes(name));
  const parts = {
    built: catalogRows.filter((row) => 'by' in row).length,
    gaps: catalogRows.filter((row) => 'but' in row).length,
    later: catalogRows.filter((row) => 'later' in row).length,
    outOfReach: catalogRows.filter((row) => 'outOfReach' in row).length,
  };
  const rows = catalogRows.map((row) => [
    code(row.id),
    row.title,
    'by' in row
      ? `${listed(row.by)}${row.but === undefined ? '' : `; ${row.but}`}`
      : 'later' in row
        ? `later, with ${row.later}`
        : `out of reach: ${row.outOfReach}`,
  ]);
  return `${parts.built} are built, ${parts.gaps} of them but for a part that is named; ${parts.later} come with a later part, ${parts.outOfReach} are out of reach. Beyond the catalog go ${listed(beyond)}.

${table(['row', 'about', 'looked at by'], rows)}`;
}
