import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import { nearest } from '../core/text.ts';
import { costText, exitOf, lineOf, type DrillResult } from '../drill/result.ts';
import type * as drillsModule from '../drill/index.ts';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { complain, print } from './terminal.ts';
import { typed } from './typed.ts';

const input = z.object({
  fault: z.string().optional().describe('Which one; without, one at random'),
  list: z.boolean().default(false).describe('Only list the faults, and which of them can be planted here'),
  all: z.boolean().default(false).describe('Every fault against its own playbook, without anybody'),
  stable: z.int().min(1).max(3_600).default(60).describe('Seconds for which the node must stay well'),
  minutes: z.int().min(1).max(1_440).default(30).describe('After so long it is over'),
});

type Drills = typeof drillsModule;
type Fault = Drills['faults'][number];

export const drill: Command = {
  words: 'drill',
  title: 'Practise on a sandbox node with a planted fault',
  about:
    'Starts a node on this machine, with a real SSH server and real services under pm2 or supervisord and a simulated GPU, plants a fault, and has you or an assistant find and cure it. Then it tells whether the cause was named, the node is well and stays so, and nothing else was touched, and what that cost. With --all every fault is put to its own playbook instead. Exit status: 0 passed, 1 failed, 3 something was skipped for want of a program, 69 nothing could be done.',
  flags: () => flagsOf(input),
  positional: ['fault'],
  async run(values, { json, signal }) {
    const { fault: name, list, all, stable, minutes } = typed(input, values);
    // Nobody who looks after real nodes waits for the sandbox.
    const drills = await import('../drill/index.ts');
    if (list) return listed(drills, json);
    const asked = { program: process.argv[1] ?? '', stableSeconds: stable, minutes, signal };
    if (all) {
      const results = await drills.drillAll(drills.faults, asked, (result) => json || show(result));
      print(json ? JSON.stringify({ drills: results }, undefined, 2) : sumOf(results));
      return exitOf(results);
    }
    const result = await drills.drillOnCall(meant(drills, name), { ...asked, tell: complain });
    if (json) print(JSON.stringify(result, undefined, 2));
    else {
      show(result);
      print(`${result.said}\n${costText(result)}`);
    }
    return exitOf([result]);
  },
};

function show(result: DrillResult): void {
  print(lineOf(result));
  if (result.outcome === 'failed' && result.said !== '') print(`         ${result.said}`);
}

function sumOf(results: readonly DrillResult[]): string {
  const of = (outcome: DrillResult['outcome']) => results.filter((each) => each.outcome === outcome).length;
  return `\n${of('passed')} of ${results.length} drills passed, ${of('failed')} failed, ${of('skipped')} skipped. The GPU and the models are simulated.`;
}

function listed({ faults, managerFor }: Drills, json: boolean): number {
  const rows = faults.map((fault) => ({
    drill: fault.name,
    playbook: fault.cure.playbook,
    ends: fault.cure.ends,
    shows: fault.shows,
    lacks: managerFor(fault).lacks ?? null,
  }));
  const line = ({ drill: name, playbook, shows, lacks }: (typeof rows)[number]) =>
    `${name.padEnd(16)}  ${playbook.padEnd(14)}  ${shows}${lacks === null ? '' : `  [needs ${lacks}]`}`;
  print(json ? JSON.stringify(rows, undefined, 2) : rows.map(line).join('\n'));
  return 0;
}

/** Errors: `USAGE` for a name that there is not, `MISSING_PROGRAM` with what can be done without it. */
function meant({ faults, faultNamed, managerFor }: Drills, name: string | undefined): Fault {
  const possible = faults.filter((each) => managerFor(each).lacks === undefined);
  const broken = possible.filter(({ cause }) => cause !== undefined);
  const fault = name === undefined ? broken[Math.floor(Math.random() * broken.length)] : faultNamed(name);
  if (fault === undefined) {
    const names = faults.map((each) => each.name);
    const near = nearest(name ?? '', names);
    throw new OpsError('USAGE', `There is no fault ${JSON.stringify(name)}.`, {
      hint: near === undefined ? `There are: ${names.join(', ')}.` : `Did you mean ${near}?`,
    });
  }
  const { lacks } = managerFor(fault);
  if (lacks === undefined) return fault;
  throw new OpsError('MISSING_PROGRAM', `${fault.name} needs ${lacks}, which is not here.`, {
    hint: `Without it there are: ${possible.map((each) => each.name).join(', ')}.`,
  });
}
