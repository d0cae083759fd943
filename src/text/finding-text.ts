import type { Finding, Status } from '../core/report.ts';
import { wrapped } from './columns.ts';
import { oneLine } from './one-line.ts';
import { statusInk, statusWord, type Ink, type Paint } from './paint.ts';

export interface Look {
  readonly paint: Paint;
  readonly width: number;
  /** Several nodes are spoken of, so each finding says which one it is about. */
  readonly manyNodes: boolean;
  /** Several causes stand above, so each consequence says which one it follows from. */
  readonly manyCauses: boolean;
  /** The sentence at the head of the report, which nothing has to repeat. */
  readonly said: string;
}

const restartWords = {
  yes: 'a restart helps',
  no: 'a restart does not help',
  maybe: 'a restart may help',
  'after-fix': 'a restart helps only after the fix',
} as const;

/** A cause at full length: what it is about, the sentence, what a restart would do, and the evidence. */
export function causeText(finding: Finding, look: Look): readonly string[] {
  const { status, check, restartHelps, signature, summary } = finding;
  const { paint, width, manyNodes } = look;
  const details = [
    `check ${check}`,
    ...(restartHelps === undefined ? [] : [restartWords[restartHelps]]),
    ...(signature === undefined ? [] : [`known log line ${oneLine(signature)}`]),
    ...evidenceText(finding, 5),
  ];
  return [
    ...afterStatus(status, subjectText(finding, manyNodes), look, 'bold'),
    ...(look.said.includes(summary.replace(/\.$/, ''))
      ? []
      : wrapped(oneLine(summary), width - 2).map((line) => `  ${line}`)),
    ...wrapped(details.join('; '), width - 2).map((line) => paint('dim', `  ${line}`)),
  ];
}

/** Any other finding: one sentence with its evidence. */
export function findingText(finding: Finding, look: Look): readonly string[] {
  const evidence = evidenceText(finding, 2).map((text) => ` (${text})`);
  const sentence = `${named(finding, look.manyNodes)}${becauseText(finding, look)}${evidence.join('')}`;
  return afterStatus(finding.status, sentence, look);
}

function becauseText({ because, of }: Finding, { manyCauses }: Look): string {
  if (because === undefined) return '';
  return manyCauses && of !== undefined
    ? ` It follows from ${oneLine(of)}, because ${oneLine(because)}.`
    : ` That is because ${oneLine(because)}.`;
}

/** Text behind the word of a status; further lines stand under the text. */
function afterStatus(status: Status, text: string, { paint, width }: Look, ink?: Ink): readonly string[] {
  const word = statusWord[status];
  const hang = word.length + 2;
  return wrapped(text, width - hang).map((line, index) => {
    const inked = ink === undefined ? line : paint(ink, line);
    return index === 0 ? `${paint(statusInk[status], word)}  ${inked}` : ' '.repeat(hang) + inked;
  });
}

/** The sentence, with its subject where it does not begin with that itself. */
function named(finding: Finding, manyNodes: boolean): string {
  const summary = oneLine(finding.summary);
  const name = finding.subject.slice(finding.subject.indexOf(':') + 1);
  if (!manyNodes && summary.startsWith(name)) return summary;
  return `${subjectText(finding, manyNodes)}: ${summary}`;
}

function subjectText({ node, subject }: Finding, manyNodes: boolean): string {
  if (subject === 'node') return oneLine(node);
  return oneLine(manyNodes ? `${node} ${subject}` : subject);
}

function evidenceText({ evidence }: Finding, most: number): readonly string[] {
  if (evidence.length === 0) return [];
  const more = evidence.length > most ? ` and ${evidence.length - most} more` : '';
  return [`evidence ${evidence.slice(0, most).join(' ')}${more}`];
}
