import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fanOut } from './fan-out.ts';
import { startFarm } from './farm.ts';
import type { Figure } from './measure.ts';
import { largeOutput } from './large-output.ts';
import { pooledExec } from './pooled-exec.ts';
import { farAway, singleNode } from './single-node.ts';
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
const one = await startFarm(1);
try {
  figures.push(await pooledExec(one), ...(await singleNode(one)), await farAway(one), await largeOutput(one));
  figures.push(...(await wholeTriage(one)), ...(await largeLog(one)));
} finally {
  one.stop();
}
const many = await startFarm(200);
try {
  figures.push(...(await fanOut(many)), await wholeFanOut(many));
} finally {
  many.stop();
}
figures.push(...(await startUp()));

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
