// Runs the demo and records what it shows: the picture docs/terminal.svg, and the report in README.md.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
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

const readme = join(root, 'README.md');
const report = stripVTControlCharacters(shown);
const place = /(<!-- report: npm run record -->\n)[\s\S]*(<!-- \/report -->)/;
const before = readFileSync(readme, 'utf8');
if (!place.test(before)) throw new Error('README.md has no place for the report.');
writeFileSync(
  readme,
  before.replace(place, (_, from: string, to: string) => `${from}\`\`\`text\n${report}\n\`\`\`\n${to}`),
);
