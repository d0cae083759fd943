import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../src/core/command.ts';
import { createSshTransport } from '../../src/transport/ssh.ts';
import { loadFleet } from '../../src/config/fleet.ts';
import { startDelayProxy } from '../support/delay-proxy.ts';
import type { Farm } from './farm.ts';
import { compared, median, ms, ratioFigure, timed, type Figure } from './measure.ts';
import { batchedScript, runProgram, sevenCommands, startMaster } from './openssh.ts';
import { sevenFacts } from './seven-facts.ts';

/** One command, and the seven facts, against what OpenSSH does. */
export async function singleNode(farm: Farm): Promise<readonly Figure[]> {
  const master = await startMaster(farm);
  const [node] = (await loadFleet({ path: farm.fleet, env: process.env, cwd: farm.folder, home: farm.folder })).nodes;
  if (node === undefined) throw new Error('the farm has no node');
  const transport = createSshTransport();
  const session = await transport.open(node);
  const facts = await sevenFacts(farm.fleet);
  const warm = await compared(
    21,
    () => facts.look(['n1']),
    async () => {
      for (const command of sevenCommands(farm)) await master.run(command);
    },
  );
  const lifeline = await compared(
    21,
    () => session.ask(run(['true'])),
    () => master.run('true'),
  );
  const cold = await compared(
    11,
    async () => {
      const fresh = await sevenFacts(farm.fleet);
      await fresh.look(['n1']);
      await fresh.close();
    },
    () => runProgram('ssh', ['-F', farm.sshConfig, farm.addresses[0] ?? '', 'sh'], batchedScript(farm)),
  );
  const twenty = await timed(() => Promise.all(Array.from({ length: 20 }, () => session.ask(run(['sleep', '0.4'])))));
  await facts.close();
  await transport.close();
  await master.stop();
  return [
    ratioFigure('exec of `true` with the lifeline, against ControlMaster `ssh host true`', 2, lifeline),
    ratioFigure(
      'seven-fact triage of a warm node, against the same by 7 ControlMaster `ssh` with `supervisorctl`',
      0.01,
      warm,
    ),
    ratioFigure('cold connect + seven-fact triage, against one cold `ssh` running the batched script', 0.4, cold),
    {
      figure: '20 concurrent commands of 0.4 s on one node',
      goal: '20 of 20, ≤ 1 s',
      seen: `20 of 20, ${ms(twenty)}`,
      reached: twenty <= 1_000,
    },
  ];
}

/** A warm triage through 40 ms of delay each way, in round trips. */
export async function farAway(farm: Farm): Promise<Figure> {
  const roundTrip = 80;
  const proxy = await startDelayProxy({ host: '127.0.0.1', port: farm.port }, roundTrip / 2);
  const fleet = join(farm.folder, 'far.yaml');
  const [nearNode] = readFileSync(farm.fleet, 'utf8').split(/^ {2}n2:/m);
  writeFileSync(
    fleet,
    `${nearNode}`
      .replace(/port: \d+,/, `port: ${proxy.port},`)
      .replace('    gpus: 0', '    host_key: ephemeral\n    gpus: 0'),
  );
  const facts = await sevenFacts(fleet);
  const times: number[] = [];
  for (let round = 0; round < 9; round += 1) times.push(await timed(() => facts.look(['n1'])));
  await facts.close();
  proxy.stop();
  const trips = median(times.slice(2)) / roundTrip;
  return {
    figure: 'warm seven-fact triage of a node 80 ms away',
    goal: '≤ 1.3 round trips',
    seen: `${trips.toFixed(2)} round trips (${ms(median(times.slice(2)))})`,
    reached: trips <= 1.3,
  };
}
