import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../sandbox/faults.ts';
import { startSandbox, type Sandbox } from '../sandbox/index.ts';
import { connections } from './connections.ts';
import { askedOf, reportOf } from './drill-program.ts';
import { score, standingOf, touched, type Part } from './drill-score.ts';

const patienceMs = 60_000;

/** Where the program is told to look, and to keep what it writes. */
const envOf = ({ fleetPath, folder }: Sandbox) => ({ RACKHAND_FLEET: fleetPath, RACKHAND_STATE: `${folder}/state` });

/** Until the services show what they will: all of them run but what was stopped, and what crashes has done so. */
async function settled({ services }: Sandbox, { flaps, stops }: Fault): Promise<void> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const states = await services();
    const isSettled = states.every(({ name, status, restarts }) =>
      name === flaps ? restarts >= 2 : status === (name === stops ? 'stopped' : 'online'),
    );
    // A service counts as young for two seconds here.
    if (isSettled) return await pause(2_500);
    if (Date.now() > until) throw new Error(`The sandbox does not settle: ${JSON.stringify(states)}`);
    await pause(200);
  }
}

/** How the machine fares that the sandbox runs on is none of its faults. */
const ofSandbox = ({ findings }: Awaited<ReturnType<typeof reportOf>>) =>
  findings.filter(({ subject }) => /^(?:service|model):/.test(subject));

/** That a service crashed before it was mended stays told for an hour. */
const isFine = (report: Awaited<ReturnType<typeof reportOf>>): boolean =>
  !report.findings.some(({ check }) => check === 'node.reach') &&
  ofSandbox(report).every(({ check, status }) => check === 'service.flap' && status === 'degraded');

async function staysWell(isWell: () => Promise<boolean>, seconds: number): Promise<boolean> {
  const until = Date.now() + seconds * 1_000;
  for (;;) {
    if (!(await isWell())) return false;
    if (Date.now() >= until) return true;
    await pause(Math.max(1, Math.min(10_000, until - Date.now())));
  }
}

/** Puts each fault to its own playbook, without anybody. Resolves to the exit status. */
export async function drillAll(program: string, faults: readonly Fault[], stableSeconds: number): Promise<number> {
  let failed = 0;
  for (const fault of faults) {
    const sandbox = await startSandbox({ fault, asks: false });
    try {
      const rackhand = (...words: readonly string[]) => reportOf(program, envOf(sandbox), words);
      await settled(sandbox, fault);
      const before = await standingOf(sandbox);
      const start = performance.now();
      const first = await rackhand('triage', 'sandbox');
      const { playbook, service, ends } = fault.cure;
      const run = await rackhand('playbook', 'run', playbook, 'sandbox', `--service=${service}`, '--yes');
      const seconds = (performance.now() - start) / 1_000;
      const isWell = async () => isFine(await rackhand('triage', 'sandbox'));
      const parts = score(fault, {
        first: ofSandbox(first),
        ended: run.data.nodes[0]?.state,
        isWell: ends === 'escalated' ? undefined : await staysWell(isWell, stableSeconds),
        touched: touched(before, await standingOf(sandbox)),
      });
      // About four bytes make a token.
      console.log(
        lineOf(
          fault,
          parts,
          `2 calls, ${Math.round(seconds)} s, about ${Math.round((first.bytes + run.bytes) / 4)} tokens`,
        ),
      );
      if (parts.every(({ good }) => good)) continue;
      failed += 1;
      console.log(`        ${run.summary}`);
    } finally {
      await sandbox.stop();
    }
  }
  console.log(`\n${faults.length - failed} of ${faults.length} drills passed. The GPU and the models are simulated.`);
  return failed === 0 ? 0 : 1;
}

/** One fault for whoever connects; it ends when the node stays well for long enough. Resolves to the exit status. */
export async function drillOne(program: string, fault: Fault, stableSeconds: number): Promise<number> {
  const sandbox = await startSandbox({ fault });
  try {
    // The judge keeps what it writes apart, so that it does not count as a step.
    const judge = { ...envOf(sandbox), RACKHAND_STATE: `${sandbox.folder}/judge` };
    const triage = () => reportOf(program, judge, ['triage', 'sandbox']);
    await settled(sandbox, fault);
    const before = await standingOf(sandbox);
    const first = ofSandbox(await triage());
    console.log(connections(program, envOf(sandbox), ['mcp', '--repair']));
    console.log(
      `\nOn call: ${fault.shows}\nThe GPU and the model are simulated. It ends when the node stays well for ${stableSeconds} s, or with Ctrl-C.`,
    );
    const start = performance.now();
    const isWell = async () => isFine(await triage());
    while (!(await staysWell(isWell, stableSeconds))) await pause(3_000);
    const seconds = Math.round((performance.now() - start) / 1_000);
    const calls = await askedOf(program, envOf(sandbox));
    const all = touched(before, await standingOf(sandbox));
    const parts = score(fault, { first, ended: fault.cure.ends, isWell: true, touched: all });
    console.log(lineOf(fault, parts, `${calls} calls, ${seconds} s`));
    return parts.every(({ good }) => good) ? 0 : 1;
  } finally {
    await sandbox.stop();
  }
}

const lineOf = ({ name }: Fault, parts: readonly Part[], cost: string): string =>
  [
    parts.every(({ good }) => good) ? 'ok    ' : 'FAILED',
    name.padEnd(16),
    ...parts.map(({ what, good }) => `${good ? '✓' : '✗'} ${what}`),
    cost,
  ].join('  ');
