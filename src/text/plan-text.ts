import type { ChangeSet, PlannedChange } from '../core/change-set.ts';
import { count, durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Risk } from '../core/risk.ts';
import { clean } from '../core/text.ts';
import { padded, pieces, wrapped } from './columns.ts';
import { fenced, untrusted } from './fenced.ts';
import { oneLine } from './one-line.ts';
import type { Ink, Paint } from './paint.ts';

export interface PlanPage {
  readonly node: Pick<Node, 'ssh' | 'transport' | 'labels' | 'simulated'>;
  /** Epoch ms. */
  readonly at: number;
  /** For how long a yes counts. */
  readonly minutes: number;
  readonly width: number;
  readonly paint: Paint;
}

const labelWidth = 11;
const quoteIndent = '    ';
const diffNote = `what changes in the text, ${untrusted}`;

const risks: Readonly<Record<Risk, readonly [Ink, string]>> = {
  safe: ['green', 'safe: a rule may let automation do it'],
  approve: ['yellow', 'a person has to approve it'],
  person: ['red', 'only a person does it; it is never run'],
};

/** All that is approved, as a tired person reads it: no line of a node or of whoever asks can pass for one of ours. */
export function planText(set: ChangeSet, page: PlanPage): readonly string[] {
  const { node, at, minutes, paint } = page;
  const name = oneLine(set.node);
  const where = [
    ...(node.transport === 'local' ? ['this machine'] : node.ssh.host === set.node ? [] : [node.ssh.host]),
    ...Object.entries(node.labels).map(([key, value]) => `${key}=${value}`),
  ].map(oneLine);
  const age = durationText(Math.max(0, at - set.plannedAt) / 1_000);
  const once = `once, within ${durationText(minutes * 60)}. It is planned again before it is done, and done only if the plan is still this one`;
  return [
    `${paint('bold', `Plan for ${name}`)}${where.length > 0 ? ` (${where.join(', ')})` : ''}: ${count(set.changes.length, 'change')}`,
    ...(node.simulated.length > 0 ? [paint('magenta', `Simulated there: ${oneLine(node.simulated.join(', '))}`)] : []),
    ...set.changes.flatMap((change, index) => ['', ...changeText(change, set.changes.length > 1 ? index : -1, page)]),
    '',
    ...row('wanted by', [`${set.principal}, by ${set.tool}, planned ${age} ago`], page),
    ...(set.why === ''
      ? row('why', ['Nobody said why.'], page)
      : [...row('why', [`in the words of ${set.principal}:`], page), ...quoted(set.why.split('\n'), page)]),
    ...row('digest', [set.digest], page),
    ...row('your yes', [`counts ${once}.`], page),
  ];
}

function changeText(change: PlannedChange, index: number, page: PlanPage): readonly string[] {
  const { paint, width } = page;
  const [riskInk, risk] = risks[change.risk];
  const number = index < 0 ? '' : `${index + 1}. `;
  const undo = change.undo?.what ?? 'Nothing takes it back.';
  return [
    ...wrapped(number + oneLine(change.what), width).map((line) => paint('bold', line)),
    ...row('does', [`${change.action} ${argsText(change)} on ${change.subject}`], page),
    ...(change.diff === undefined
      ? []
      : [...row('diff', [`${diffNote}:`], page), ...quoted(change.diff, page, diffInk)]),
    ...row('risk', [risk], page, riskInk),
    ...row('notices', change.drops.length > 0 ? change.drops : ['Nobody else.'], page),
    ...row(
      'proof',
      change.proves.length > 0 ? change.proves : ['Nothing proves it.'],
      page,
      ...inked(change.proves.length === 0),
    ),
    ...row('undo', [undo], page, ...inked(change.undo === null)),
  ];
}

/** As JSON, with places to break a line at. */
const argsText = ({ args }: PlannedChange): string => JSON.stringify(args, undefined, 1).replaceAll(/\n\s*/g, ' ');

const inked = (isBad: boolean): readonly [] | readonly [Ink] => (isBad ? ['red'] : []);

/** Sentences under one another, behind a word of ours that stands before the first. */
function row(label: string, says: readonly string[], { width, paint }: PlanPage, ink?: Ink): readonly string[] {
  const lines = says.flatMap((one) => wrapped(oneLine(one), width - labelWidth - 2));
  return lines.map((line, index) => {
    const before = padded(index === 0 ? label : '', labelWidth);
    return `  ${paint('dim', before)}${ink === undefined ? line : paint(ink, line)}`;
  });
}

/** Each line behind the fence, and no longer than the terminal; what goes on is marked, as no line of a diff begins. */
const quoted = (lines: readonly string[], { width, paint }: PlanPage, inkOf?: (line: string) => Ink | undefined) =>
  lines.flatMap((line) =>
    pieces(clean(line).replaceAll('\t', '    '), width - quoteIndent.length - 4).map(
      (piece, index) => quoteIndent + fenced(index === 0 ? piece : `> ${piece}`, paint, inkOf?.(line)),
    ),
  );

const diffInk = (line: string): Ink | undefined =>
  line.startsWith('@@') ? 'cyan' : line.startsWith('+') ? 'green' : line.startsWith('-') ? 'red' : undefined;
