import { checks } from '../src/checks/index.ts';
import { signatures } from '../src/checks/signatures/index.ts';
import { layers } from '../src/core/layer.ts';
import { probes } from '../src/probes/index.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** Everything that Rackhand judges, asks and recognises, as docs/checks.md. */
export function checksDoc(): string {
  const judged = checks.toSorted((a, b) => layers.indexOf(a.layer) - layers.indexOf(b.layer));
  return `# Checks, probes and signatures

Made by \`npm run gen\`.

## Checks

A check judges facts. Its layer decides what is a cause and what follows from it, lowest first; checks of a service take
the layer of that service.

${table(
  ['check', 'layer', 'holds when'],
  judged.map(({ name, layer, summary }) => [`\`${name}\``, layer, summary]),
)}

## Probes

A probe asks; each only looks.

${table(
  ['probe', 'asks'],
  probes.map(({ name, summary }) => [`\`${name}\``, summary]),
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
