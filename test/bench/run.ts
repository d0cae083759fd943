import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { changes } from './changes.ts';
import { comfyuiHealth } from './comfyui-health.ts';
import { fanOut } from './fan-out.ts';
import { startFarm } from './farm.ts';
import type { Figure } from './measure.ts';
import { largeOutput } from './large-output.ts';
import { playbooks } from './playbooks.ts';
import { pooledExec } from './pooled-exec.ts';
import { farAway, singleNode } from './single-node.ts';
import { stack } from './stack.ts';
import { startUp } from './start-up.ts';
import { largeLog } from './large-log.ts';
import { wholeFanOut, wholeTriage } from './whole-triage.ts';

const table = (figures: readonly Figure[]): string =>
  [
    '| figure | goal | seen | |',
    '|---|---|---|---|',
    ...figures.map(
      ({ figure, goal, seen, reached }) => `| ${figure} | ${goal} | ${seen} | ${reached ? 'reached' : 'missed'} |`,
    ),
  ].join('\n');

/** Every figure that the project promises, measured on this machine. `-- --write` puts them into docs/benchmarks.md. */
const figures: Figure[] = [];

/** A part that can not be measured here says so in its row, and the others go on. */
async function measured(name: string, part: () => Promise<Figure | readonly Figure[]>): Promise<void> {
  try {
    figures.push(...[await part()].flat());
  } catch (error) {
    figures.push({ figure: name, goal: '', seen: `not measured: ${String(error).slice(0, 200)}`, reached: false });
  }
}

const one = await startFarm(1);
try {
  await measured('one command on one node', () => pooledExec(one));
  await measured('one node', () => singleNode(one));
  await measured('a node far away', () => farAway(one));
  await measured('large output', () => largeOutput(one));
  await measured('the whole triage', () => wholeTriage(one));
  await measured('a large log', () => largeLog(one));
} finally {
  one.stop();
}
await measured('a stack of containers', stack);
await measured('the health of ComfyUI', comfyuiHealth);
await measured('changes', changes);
await measured('the start', startUp);
const many = await startFarm(200);
try {
  await measured('playbooks', () => playbooks(many));
  await measured('many nodes', () => fanOut(many));
  await measured('the whole triage of many nodes', () => wholeFanOut(many));
} finally {
  many.stop();
}

const [processor] = cpus();
const machine = `${cpus().length} cores of ${processor?.model ?? 'an unnamed processor'}, Node ${process.version}`;
const seen = `Seen on ${machine}:\n\n${table(figures)}`;
console.log(seen);
if (process.argv.includes('--write')) {
  const file = 'docs/benchmarks.md';
  const [before = '', rest = ''] = readFileSync(file, 'utf8').split('<!-- figures -->');
  const after = rest.split('<!-- /figures -->')[1] ?? '';
  writeFileSync(file, `${before}<!-- figures -->\n${seen}\n<!-- /figures -->${after}`);
}
process.exitCode = figures.every(({ reached }) => reached) ? 0 : 1;
