// Packs the package, lints it, installs it alone in an empty folder and asks the installed program.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const [scratch] = process.argv.slice(2);
const run = (command, words, cwd = '.') =>
  execFileSync(command, words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const [{ filename, size, files }] = JSON.parse(
  run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch]),
);
const tarball = resolve(scratch, filename);
console.log(`${filename}: ${(size / 1024).toFixed(0)} KiB, ${files.length} files`);
console.log(run('node_modules/.bin/publint', ['run', tarball, '--strict']));

const home = join(scratch, 'installed');
mkdirSync(home);
writeFileSync(join(home, 'package.json'), '{"private":true}');
run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', tarball], home);
const program = join(home, 'node_modules', '.bin', 'rackhand');

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const said = run(program, ['--version'], home).trim();
if (!said.includes(version)) throw new Error(`rackhand --version says ${said}, the package ${version}`);

const client = new Client({ name: 'packaging', version: '1.0.0' });
await client.connect(new StdioClientTransport({ command: program, args: ['mcp'], cwd: home }));
const { tools } = await client.listTools();
await client.close();
if (!tools.some(({ name }) => name === 'node_triage')) throw new Error('the installed server lists no node_triage');
// A drill as somebody works on it who has nothing but the package: its sandbox comes along, no manager does.
const { lacks } = JSON.parse(run(program, ['drill', '--list', '--json'], home)).find(
  (each) => each.drill === 'unfit_node',
);
const [fault, answer] = lacks === null ? ['unfit_node', 'llama is on the CPU'] : ['lost_gpu', 'it is off the bus'];
const drill = spawn(program, ['drill', fault, '--minutes=2'], { cwd: home, stdio: ['ignore', 'inherit', 'pipe'] });
const drilled = once(drill, 'close');
let brief = '';
for await (const text of drill.stderr.setEncoding('utf8')) {
  brief += text;
  if (brief.includes('It is over when')) break;
}
const fleet = /RACKHAND_FLEET=(\S+)/.exec(brief)?.[1];
if (fleet === undefined) throw new Error(`the drill says no fleet file: ${brief}`);
run(program, ['drill', 'answer', answer, `--fleet=${fleet}`], home);
const [status] = await drilled;
if (status !== 0) throw new Error(`the drill of the installed program ended with ${status}`);
console.log(`rackhand ${said} lists ${tools.length} tools`);
