import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Farm } from './farm.ts';
import { median, ms, timed, type Figure } from './measure.ts';
import { batchedScript, runProgram } from './openssh.ts';
import { sevenFacts } from './seven-facts.ts';

export interface FanOut {
  readonly cold: number;
  readonly warm: number;
  readonly cpuPerNode: number;
  readonly peakBytes: number;
}

/** In a process of its own, so that its memory and processor time are those of a client and nothing else. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , fleet = '', nodes = '0'] = process.argv;
  const facts = await sevenFacts(fleet);
  const cold = await timed(() => facts.look([]));
  const rounds: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < 7; round += 1) rounds.push(await timed(() => facts.look([])));
  const { user, system } = process.cpuUsage(before);
  const peakBytes = process.resourceUsage().maxRSS * 1_024;
  await facts.close();
  process.send?.({ cold, warm: median(rounds), cpuPerNode: (user + system) / 1_000 / 7 / Number(nodes), peakBytes });
  process.disconnect?.();
}

/** Many nodes at once, against clush. */
export async function fanOut(farm: Farm): Promise<readonly Figure[]> {
  const count = farm.addresses.length;
  const clush = () =>
    runProgram('clush', [
      '-q',
      '-L',
      '-f',
      '64',
      '-o',
      `-F ${farm.sshConfig}`,
      '-w',
      `127.0.0.[1-${count}]`,
      `sh -c '${batchedScript(farm).replaceAll('\n', '; ')}true'`,
    ]);
  // Built as the program is, and beside the packages as it lies: the loader that runs these sources would count as ours.
  const built = '.cache/bench/fan-out';
  await runProgram(process.execPath, ['scripts/build.mjs', built, 'test/bench/fan-out.ts']);
  const child = fork(join(built, 'fan-out.js'), [farm.fleet, String(count)], { execArgv: [] });
  const [ours] = (await once(child, 'message')) as [FanOut];
  const theirs = median([await timed(clush), await timed(clush), await timed(clush)]);
  return [
    {
      figure: `${count} nodes, seven facts each, from a warm pool, against \`clush -f 64\` running the same`,
      goal: '≤ 0.03; client CPU ≤ 1 ms a node, ≤ 200 MB',
      seen: `${(ours.warm / theirs).toFixed(4)} (${ms(ours.warm)} : ${ms(theirs)}); ${ours.cpuPerNode.toFixed(2)} ms a node, ${(ours.peakBytes / 1e6).toFixed(0)} MB`,
      reached: ours.warm / theirs <= 0.03 && ours.cpuPerNode <= 1 && ours.peakBytes <= 200e6,
    },
    {
      figure: `${count} nodes, seven facts each, cold, against \`clush -f 64\``,
      goal: '≤ 0.7',
      seen: `${(ours.cold / theirs).toFixed(2)} (${ms(ours.cold)} : ${ms(theirs)})`,
      reached: ours.cold / theirs <= 0.7,
    },
  ];
}
