import { z } from 'zod';
import type { Fault } from '../../sandbox/fault.ts';
import { altering } from './all.ts';
import { connections, shellLine } from './connections.ts';
import { answerIn, metersIn, openDrill } from './place.ts';
import { programOn, runsOf, type Program } from './program.ts';
import { outcomeOf, tokensOf, type DrillResult } from './result.ts';
import { score, standingOf, touched, type Part } from './score.ts';
import { setStage, stays, waited, type Stage } from './stage.ts';

interface Asked {
  readonly program: string;
  readonly stableSeconds: number;
  readonly minutes: number;
  readonly signal: AbortSignal;
  /** How to reach it, and what to do. */
  tell(text: string): void;
}

const betweenMs = 2_000;

/** One fault for whoever connects. It ends when the node stays well, when they say what it is where nothing can be mended, or by the clock. */
export async function drillOnCall(fault: Fault, asked: Asked): Promise<DrillResult> {
  const { program, stableSeconds, minutes, signal } = asked;
  const stage = await setStage(fault, program, { asks: true });
  const { sandbox, rackhand } = stage;
  try {
    openDrill(sandbox.folder);
    // The judge keeps what it writes apart, so that it does not count as a step.
    const judge = programOn(sandbox, program, 'judge');
    const isFine = async () => await stage.isFine(await judge.report('triage', 'sandbox'));
    asked.tell(brief(fault, rackhand.env, asked));
    const since = Date.now();
    const isLate = () => Date.now() > since + minutes * 60_000;
    let curedAt: number | undefined;
    let wasStable: boolean | undefined;
    while (!isLate()) {
      if (fault.cure.ends !== 'verified') {
        if (await isTold(stage)) break;
      } else if (await isFine()) {
        curedAt ??= Date.now();
        wasStable = await stays(isFine, stableSeconds, signal);
        if (wasStable) break;
        curedAt = undefined;
      }
      await waited(betweenMs, signal);
    }
    const runs = (await runsOf(rackhand)).filter(({ run }) => run !== stage.run);
    const changes = runs.filter(altering).length;
    const [named, said] = await namedBy(fault, { folder: sandbox.folder, rackhand, runs });
    const ends = fault.cure.ends === 'verified' ? (wasStable === true ? 'verified' : 'not cured') : fault.cure.ends;
    const parts = score(fault, {
      named,
      ended: isLate() ? 'out of time' : ends,
      isWell: wasStable,
      touched: touched(stage.before, await standingOf(sandbox)),
      changes,
    });
    const talk = metersIn(sandbox.folder);
    return {
      drill: fault.name,
      playbook: fault.cure.playbook,
      outcome: outcomeOf(parts),
      ...(sandbox.manager !== undefined && { manager: sandbox.manager }),
      parts,
      said,
      steps: (talk?.steps ?? 0) + (await looksAtTerminal(rackhand, since)),
      seconds: ((curedAt ?? Date.now()) - since) / 1_000,
      talk: talk && { tools: talk.tools, calls: talk.calls, answers: talk.answers },
      tokens: talk && tokensOf(talk),
    };
  } finally {
    await sandbox.stop();
  }
}

const brief = ({ shows, cure }: Fault, env: Program['env'], { program, stableSeconds, minutes }: Asked): string =>
  [
    connections(program, env, ['drill', 'mcp']),
    '',
    `On call: ${shows}`,
    'The GPU, the kernel log and the models are simulated. To say what was the matter:',
    `  ${shellLine(program, env, ['drill', 'answer'])} "..."`,
    cure.ends === 'verified'
      ? `It is over when the node has been well for ${stableSeconds} s, after ${minutes} min, or with Ctrl-C.`
      : `It is over when you have said what it is, after ${minutes} min, or with Ctrl-C.`,
  ].join('\n');

/** Somebody has said what it is, or a playbook has written down what it leaves to a person. */
async function isTold({ sandbox, rackhand, run }: Stage): Promise<boolean> {
  if (answerIn(sandbox.folder) !== undefined) return true;
  return (await runsOf(rackhand)).some((each) => each.run !== run && each.state === 'escalated');
}

interface Heard {
  readonly folder: string;
  readonly rackhand: Program;
  readonly runs: readonly { readonly run: string }[];
}

/** Whether somebody named the cause, and who: the answer counts, and where there is none what the runs say was the matter. */
async function namedBy({ named }: Fault, { folder, rackhand, runs }: Heard): Promise<readonly [Part, string]> {
  const answer = answerIn(folder);
  if (answer !== undefined) return [{ what: 'cause named', good: named.test(answer) }, `Answered: ${answer}`];
  for (const { run } of runs) {
    const { data, summary } = await rackhand.report('run', 'show', run);
    const said = `${storySchema.parse(data).why} ${summary}`;
    if (named.test(said)) return [{ what: 'cause named', good: true }, said.trim()];
  }
  return [{ what: 'cause named', good: false }, 'Nobody said what was the matter.'];
}

const storySchema = z.object({ why: z.string() });

const entriesSchema = z.array(z.object({ type: z.string(), when: z.number(), principal: z.string() }));

/** What was asked in a shell, which the counting server does not see. */
async function looksAtTerminal(rackhand: Program, since: number): Promise<number> {
  const entries = entriesSchema.parse(JSON.parse(await rackhand.said('audit', 'show')));
  return entries.filter((each) => each.type === 'look' && each.when >= since && each.principal.startsWith('cli:'))
    .length;
}
