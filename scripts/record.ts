// Runs the demo, a change with its undoing and a playbook, and records what they show: the pictures in docs/, the texts in README.md.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { excerpt, recordChange } from './record-change.ts';
import { recordIncident } from './record-incident.ts';
import { terminalPicture } from './terminal-picture.ts';

const root = dirname(import.meta.dirname);

const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'demo.mjs')], {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '1' },
});
if (status !== 0) throw new Error(`The demo ended with ${status}:\n${stderr}${stdout}`);

// The folder that this checkout stands in is of no use to a reader.
const shown = stdout.replaceAll(root, '~/rackhand').trimEnd();
writeFileSync(join(root, 'docs', 'terminal.svg'), terminalPicture(`$ npm run demo\n\n${shown}`));

const { restart, edit, undo } = await recordChange(join(root, 'dist', 'rackhand.js'));
writeFileSync(join(root, 'docs', 'change.svg'), terminalPicture(restart));

put('report', stripVTControlCharacters(shown));
put('change', [edit, undo].map((text) => excerpt(stripVTControlCharacters(text))).join('\n\n'));

const { run, report } = await recordIncident(join(root, 'dist', 'rackhand.js'));
put('incident', `${run}\n\n${report}`);

/** Puts a text in its place in the README. Errors: where there is none. */
function put(name: string, text: string): void {
  const readme = join(root, 'README.md');
  const place = new RegExp(`(<!-- ${name}: npm run record -->\\n)[^]*(<!-- /${name} -->)`);
  const before = readFileSync(readme, 'utf8');
  if (!place.test(before)) throw new Error(`README.md has no place for the ${name}.`);
  const block = `\`\`\`text\n${text}\n\`\`\`\n`;
  writeFileSync(
    readme,
    before.replace(place, (_, from: string, to: string) => from + block + to),
  );
}
