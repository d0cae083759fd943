import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApp, type App } from '../../src/app.ts';
import { checks } from '../../src/checks/index.ts';
import { loadFleet } from '../../src/config/fleet.ts';
import { localNode } from '../../src/config/local-node.ts';
import type { Transport } from '../../src/core/session.ts';
import { createAudit } from '../../src/engine/audit.ts';
import { createStores } from '../../src/engine/change-stores.ts';
import { createEvidence } from '../../src/engine/evidence.ts';
import { createEngine } from '../../src/engine/ops.ts';
import { reportText } from '../../src/report-text.ts';
import { asToolCall } from '../../src/text/next-text.ts';
import { nodeTriage } from '../../src/tools/node-triage.ts';
import { createTransports } from '../../src/transport/transports.ts';
import { vitals } from '../../src/probes/vitals.ts';
import type { Farm } from './farm.ts';
import { compared, median, ms, ratioFigure, timed, type Figure } from './measure.ts';
import { runProgram, startMaster, wholeScript } from './openssh.ts';

async function triage(app: App, nodes: readonly string[]) {
  const { signal } = new AbortController();
  const report = await app.call(nodeTriage, { nodes }, { signal, onProgress: () => undefined });
  if (report.status !== 'ok')
    throw new Error(`the farm is healthy, but: ${report.summary} ${report.findings[0]?.summary ?? ''}`);
  return report;
}

/** In a process of its own, built as the program is. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , fleet = ''] = process.argv;
  const app = await createApp({ fleetPath: fleet });
  await triage(app, []);
  const rounds: number[] = [];
  for (let round = 0; round < 3; round += 1) rounds.push(await timed(() => triage(app, [])));
  await app.close();
  process.send?.(median(rounds));
  process.disconnect?.();
}

/** `node_triage` as it is, every applicable check, of a node with eight services and no model. */
export async function wholeTriage(farm: Farm): Promise<readonly Figure[]> {
  const master = await startMaster(farm);
  const app = await createApp({ fleetPath: farm.fullFleet });
  const script = wholeScript(farm);
  const one = await compared(
    15,
    () => triage(app, ['n1']),
    () => master.run(script),
  );
  const report = await triage(app, ['n1']);
  const programs = await programsOf(farm);
  const bytes = Buffer.byteLength(
    reportText(report, { color: false, width: Number.POSITIVE_INFINITY, nextText: asToolCall }),
  );
  await app.close();
  await master.stop();
  return [
    ratioFigure(
      'whole triage of a warm node with 8 services, against one ControlMaster `ssh` running the batched script',
      0.5,
      one,
    ),
    {
      figure: 'programs that it runs on the node',
      goal: '≤ 3',
      seen: `${programs.length} (${programs.join(', ')})`,
      reached: programs.length <= 3,
    },
    {
      figure: 'report of a healthy node for a model',
      goal: '≤ 1,200 bytes',
      seen: `${bytes} bytes`,
      reached: bytes <= 1_200,
    },
  ];
}

/** The programs that all checks have run on a node that was looked at before. */
async function programsOf(farm: Farm): Promise<readonly string[]> {
  const inner = createTransports();
  let programs: string[] = [];
  const transport: Transport = {
    async open(node, abort) {
      const session = await inner.open(node, abort);
      return {
        notes: () => session.notes(),
        ask(command, signal) {
          if (command.ask.kind === 'exec') programs.push(command.ask.words[0]);
          return session.ask(command, signal);
        },
      };
    },
    close: () => inner.close(),
  };
  const evidence = createEvidence(farm.folder, () => []);
  const audit = createAudit({ folder: farm.folder, secrets: () => [], warn: console.error });
  const fleet = await loadFleet({ path: farm.fullFleet, env: {}, cwd: farm.folder, home: farm.folder });
  const ops = createEngine({
    transport,
    local: localNode(),
    stores: createStores(farm.folder, { actions: [], checks: [], vitals: vitals.steps, evidence, secrets: () => [] }),
  }).ops({
    fleet,
    signal: new AbortController().signal,
    trail: audit.trail({ tool: 'bench', principal: 'cli:bench' }),
    onProgress: () => undefined,
  });
  for (const node of ops.nodes(['n1'])) {
    await (await ops.look(node)).survey(checks);
    programs = [];
    await (await ops.look(node)).survey(checks);
  }
  await transport.close();
  return programs;
}

const failed = async (child: ChildProcess): Promise<never> => {
  await once(child, 'exit');
  throw new Error('the triage of many nodes ended without a figure');
};

/** The same of many nodes at once, against clush. */
export async function wholeFanOut(farm: Farm): Promise<Figure> {
  const count = farm.addresses.length;
  const script = `sh -c '${wholeScript(farm).replaceAll('\n', '; ')} true'`;
  const words = ['-q', '-L', '-f', '64', '-o', `-F ${farm.sshConfig}`, '-w', `127.0.0.[1-${count}]`, script];
  const built = '.cache/bench/whole-triage';
  await runProgram(process.execPath, ['scripts/build.mjs', built, 'test/bench/whole-triage.ts']);
  const child = fork(join(built, 'whole-triage.js'), [farm.fullFleet], { execArgv: [] });
  const [ours] = (await Promise.race([once(child, 'message'), failed(child)])) as [number];
  const theirs = await timed(() => runProgram('clush', words));
  return {
    figure: `${count} nodes, whole triage, warm, against \`clush -f 64\` running the batched script`,
    goal: '≤ 0.15',
    seen: `${(ours / theirs).toFixed(3)} (${ms(ours)} : ${ms(theirs)})`,
    reached: ours / theirs <= 0.15,
  };
}
