import { opsError } from '../core/errors.ts';
import type { Fault } from '../../sandbox/fault.ts';
import { managerFor } from '../../sandbox/index.ts';
import { canOwnLock } from '../../sandbox/own-lock.ts';
import { endedOf, runsOf, type RunTold } from './program.ts';
import { outcomeOf, skipped, tokensOf, type DrillResult } from './result.ts';
import { leads, score, standingOf, touched } from './score.ts';
import { ofSandbox, setStage, stays } from './stage.ts';

interface Asked {
  /** The program itself. */
  readonly program: string;
  readonly stableSeconds: number;
  readonly signal: AbortSignal;
}

/** They wait most of their time; but those that share the lock of this machine are changed one after the other. */
const atOnce = () => (canOwnLock() ? 4 : 1);

/** Puts each fault to its own playbook, without a model and without anybody; told as each of them ends. */
export async function drillAll(
  faults: readonly Fault[],
  asked: Asked,
  tell: (result: DrillResult) => void,
): Promise<readonly DrillResult[]> {
  const left = [...faults];
  const results: DrillResult[] = [];
  const work = async () => {
    for (let fault = left.shift(); fault !== undefined && !asked.signal.aborted; fault = left.shift()) {
      const { lacks } = managerFor(fault);
      const result = lacks === undefined ? await played(fault, asked).catch(brokenOff(fault)) : skipped(fault, lacks);
      results.push(result);
      tell(result);
    }
  };
  await Promise.all(Array.from({ length: atOnce() }, work));
  return results;
}

/** What could not be done to its end is no pass, and no reason to leave out the others. */
const brokenOff = (fault: Fault) => (thrown: unknown) => ({
  ...skipped(fault, ''),
  outcome: 'failed' as const,
  said: opsError(thrown).message,
});

/** Runs that altered a node, or may have. */
export const altering = ({ state }: RunTold): boolean =>
  ['running', 'unknown', 'verified', 'not_verified', 'rolled_back'].includes(state);

async function played(fault: Fault, { program, stableSeconds, signal }: Asked): Promise<DrillResult> {
  const { sandbox, rackhand, before, run, isFine } = await setStage(fault, program, { asks: false });
  try {
    const start = performance.now();
    const first = await rackhand.report('triage', 'sandbox');
    const { playbook, service, ends } = fault.cure;
    const words = ['playbook', 'run', playbook, 'sandbox', '--yes'];
    if (service !== undefined) words.push(`--service=${service}`);
    if (run !== undefined) words.push(`--with=run=${run}`);
    const report = await rackhand.report(...words);
    const seconds = (performance.now() - start) / 1_000;
    const isWell = async () => await isFine(await rackhand.report('triage', 'sandbox'));
    const canBeWell = ends === 'verified' || ends === 'well';
    const parts = score(fault, {
      named: leads(fault, ofSandbox(first)),
      ended: endedOf(report),
      isWell: canBeWell ? await stays(isWell, stableSeconds, signal) : undefined,
      touched: touched(before, await standingOf(sandbox)),
      changes: (await runsOf(rackhand)).filter((each) => each.run !== run && altering(each)).length,
    });
    const talk = { tools: 0, calls: 0, answers: first.bytes + report.bytes };
    return {
      drill: fault.name,
      playbook,
      outcome: outcomeOf(parts),
      ...(sandbox.manager !== undefined && { manager: sandbox.manager }),
      parts,
      said: report.summary,
      steps: 2,
      seconds,
      talk,
      tokens: tokensOf(talk),
    };
  } finally {
    await sandbox.stop();
  }
}
