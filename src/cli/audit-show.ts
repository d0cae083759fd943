import { z } from 'zod';
import { errorKinds, OpsError } from '../core/errors.ts';
import { count, durationText } from '../core/format.ts';
import { clean } from '../core/text.ts';
import { noAnswer } from '../engine/audit-words.ts';
import type { Entry } from '../engine/audit-show.ts';
import { tableText } from '../text/table-text.ts';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { complain, print, stdoutPage } from './terminal.ts';
import { typed } from './typed.ts';

const input = z.object({
  node: z.string().optional().describe('Only of this node'),
  run: z.string().optional().describe('Only of this run'),
  since: z.string().default('24h').describe('How far back, like 30m, 2h or 7d'),
  changes: z.boolean().default(false).describe('Only what was to change a node'),
});

const mostRows = 200;

export const auditShow: Command = {
  words: 'audit show',
  title: 'Show what was put to nodes',
  about:
    'Shows who put what to which node, by which tool, when and how it ended, from the audit of this machine: a line for each look and each change. With --detail full every question of a look has a line of its own.',
  flags: () => flagsOf(input),
  positional: [],
  async run(values, { app, json, detail }) {
    const { node, run, since, changes } = typed(input, values);
    const wanted = { since: Date.now() - milliseconds(since), node, run, changes };
    const { entries, broken } = await (await app()).audit.show(wanted);
    if (json) print(clean(JSON.stringify(entries, undefined, 2)));
    else if (entries.length === 0) print(`Nothing of the kind was put to a node within ${since}.`);
    else printTable(entries.flatMap(detail === 'full' ? questionRows : entryRows));
    for (const file of broken)
      complain(`${file} is not as it was written, and shown only up to there: rackhand audit verify says more.`);
    return 0;
  },
};

type Row = readonly string[];

function printTable(rows: readonly Row[]): void {
  const { width, paint } = stdoutPage();
  const columns = ['when', 'who', 'tool', 'node', 'what', 'ended', 'took', 'run'];
  const shown = rows.slice(-mostRows);
  if (shown.length < rows.length)
    complain(`${count(rows.length - shown.length, 'older line')} left out; a shorter --since or --json shows them.`);
  const table = tableText({ columns, rows: shown }, { width, paint });
  print([table.head, ...table.rows.flat()].join('\n'));
}

function entryRows(entry: Entry): readonly Row[] {
  if (entry.type === 'change') return changeRows(entry);
  const { asked, when, until } = entry;
  const silent = asked.filter(([, , said]) => said === noAnswer || said in errorKinds);
  const what = asked.length === 1 ? (asked[0]?.[0] ?? '') : count(asked.length, 'question');
  const ended = silent.length === 0 ? 'answered' : `${silent.length} without an answer`;
  return [row(entry, when, what, ended, until - when)];
}

function questionRows(entry: Entry): readonly Row[] {
  if (entry.type === 'change') return changeRows(entry);
  return entry.asked.map(([words, ms, said]) => row(entry, entry.when, words, said, ms));
}

const changeRows = (change: Extract<Entry, { type: 'change' }>): readonly Row[] => [
  row(change, change.when, `${change.effect.toUpperCase()} ${change.words}`, change.said ?? 'unknown', change.ms),
];

const row = ({ principal, tool, node, run = '' }: Entry, at: number, what: string, said: string, ms?: number): Row => [
  new Date(at).toISOString().slice(0, 19).replace('T', ' '),
  principal,
  tool,
  node,
  what,
  said,
  ms === undefined ? '' : durationText(ms / 1_000),
  run,
];

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Errors: `USAGE`. */
function milliseconds(span: string): number {
  const [, many = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(span) ?? [];
  if (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd')
    throw new OpsError('USAGE', `--since takes a span like 30m, 2h or 7d, not ${JSON.stringify(span)}.`);
  return Number(many) * units[unit];
}
