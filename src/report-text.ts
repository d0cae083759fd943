import type { Finding, Report } from './core/report.ts';
import { wrapped } from './text/columns.ts';
import { fenced, untrusted } from './text/fenced.ts';
import { causeText, findingText, type Look } from './text/finding-text.ts';
import type { NextText } from './text/next-text.ts';
import { oneLine } from './text/one-line.ts';
import { changeInk, createPaint, statusInk, statusWord, type Paint } from './text/paint.ts';
import { fit, sectionLines, type Section } from './text/section.ts';
import { tableText } from './text/table-text.ts';

/** Brief is at most 2,000 tokens of four characters. */
export const briefCharacters = 8_000;
/** One sentence longer than this is cut where the whole text must stay short. */
const longestSentence = 700;

export interface ReportTextOptions {
  readonly color: boolean;
  /** Columns of the terminal; infinite where nothing has to fit. */
  readonly width: number;
  readonly nextText: NextText;
  /** The most characters, and how to get what is left out for it. */
  readonly limit?: { readonly characters: number; readonly rest: string };
}

/** A report for people and models: the sentence, the cause, what follows from it, the rest, and what helps now. */
export function reportText(report: Report, { color, width, nextText, limit }: ReportTextOptions): string {
  const paint = createPaint(color);
  const clipped = limit === undefined ? report : withShortSentences(report);
  const prose = Math.max(30, Math.min(width, 100) - 2);
  const look: Look = {
    paint,
    width: Number.isFinite(width) ? prose : width,
    manyNodes: new Set(report.findings.map(({ node }) => node)).size > 1,
    manyCauses: report.findings.filter(({ role }) => role === 'cause').length > 1,
    said: clipped.summary,
  };
  const head = headLines(clipped, look);
  const sections = [
    ...findingSections(clipped.findings, look),
    ...shownSections(clipped, look, width),
    ...noteSections(clipped, look),
    ...nextSections(clipped, look, nextText),
  ];
  if (limit === undefined) return joined(head, sections, paint);
  // The last line says what is missing, and has to fit too.
  const fitted = fit(sections, limit.characters - clipped.summary.length - limit.rest.length - 250);
  const text = joined(head, fitted.sections, paint);
  if (fitted.leftOut.length === 0) return text;
  return `${text}\n\n${paint('dim', `Left out to stay short: ${fitted.leftOut.join(', ')}. ${limit.rest}`)}`;
}

const joined = (head: readonly string[], sections: readonly Section[], paint: Paint): string =>
  [...head, ...sections.flatMap((section) => sectionLines(section, paint))].join('\n');

function headLines({ status, summary, change }: Report, { paint, width }: Look): readonly string[] {
  const [said, ink] =
    change === undefined
      ? [statusWord[status], statusInk[status]]
      : [change.state.replaceAll('_', ' '), changeInk[change.state]];
  const word = said.toUpperCase();
  const [first = '', ...more] = wrapped(`${word}  ${oneLine(summary)}`, width);
  return [paint(ink, paint('bold', word)) + first.slice(word.length), ...more];
}

const isBad = ({ status }: Finding): boolean => status === 'critical' || status === 'degraded';
const isSimulated = (note: string): boolean => /\bsimulated\b/i.test(note);

function findingSections(findings: readonly Finding[], look: Look): readonly Section[] {
  const others = findings.filter(({ role }) => role === 'finding');
  const causes = findings.filter(({ role }) => role === 'cause');
  const groups: readonly (readonly [string, readonly Finding[], typeof findingText])[] = [
    [look.manyCauses ? 'Causes' : 'Cause', causes, causeText],
    [
      look.manyCauses ? 'What follows from them' : 'What follows from it',
      findings.filter(({ role }) => role === 'consequence'),
      findingText,
    ],
    ['Also wrong', others.filter(isBad), findingText],
    ['Not known, so not ok', others.filter(({ status }) => status === 'unknown'), findingText],
    ['Fine', others.filter(({ status }) => status === 'ok'), findingText],
    ['Does not apply here', saidOnce(others.filter(({ status }) => status === 'not_applicable')), findingText],
  ];
  return groups
    .filter(([, group]) => group.length > 0)
    .map(([title, group, text]) => ({
      title,
      items: group.map((finding) => text(finding, look)),
      item: 'finding',
      keeps: 'first',
    }));
}

/** Several checks give the same reason why there is nothing for them to judge. */
const saidOnce = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(
    (finding, index) =>
      findings.findIndex(({ node, summary }) => node === finding.node && summary === finding.summary) === index,
  );

const sizeOf = (part: Report['show'][number]): number =>
  (part.kind === 'table' ? part.rows : part.kind === 'entries' ? part.entries : part.lines).length;

const shownSections = ({ show }: Report, { paint, width: prose }: Look, width: number): readonly Section[] =>
  show
    .filter((part) => sizeOf(part) > 0)
    .map((part): Section => {
      const title = oneLine(part.title);
      if (part.kind === 'table') {
        const { head, rows } = tableText(part, { width: width - 2, paint });
        return { title, lead: head, items: rows, item: 'row', keeps: 'first' };
      }
      if (part.kind === 'entries') {
        const items = part.entries.map(({ says, lines }) => [
          ...wrapped(oneLine(says), prose),
          ...lines.map((line) => `  ${fenced(line, paint)}`),
        ]);
        return { title: `${title} (behind "|": ${untrusted})`, items, item: 'entry', keeps: 'first' };
      }
      const items = part.lines.map((line) => [fenced(line, paint)]);
      return { title: `${title} (${untrusted})`, items, item: 'line', keeps: 'last' };
    });

function noteSections({ notes }: Report, { width, paint }: Look): readonly Section[] {
  if (notes.length === 0) return [];
  const ordered = [...notes.filter(isSimulated), ...notes.filter((note) => !isSimulated(note))];
  const items = ordered.map((note) =>
    wrapped(oneLine(note), width).map((line) => (isSimulated(note) ? paint('magenta', line) : line)),
  );
  return [{ title: 'Notes', items, item: 'note', keeps: 'first' }];
}

function nextSections({ next }: Report, { width, paint }: Look, nextText: NextText): readonly Section[] {
  if (next.length === 0) return [];
  const items = next.map((step, index) => {
    const call = nextText(step);
    return [
      ...wrapped(oneLine(step.say), width - 3).map((line, at) => `${at === 0 ? `${index + 1}.` : '  '} ${line}`),
      ...(call === undefined ? [] : [`   ${paint('cyan', oneLine(call))}`]),
    ];
  });
  return [{ title: 'Next', items, item: 'step', keeps: 'first' }];
}

function withShortSentences(report: Report): Report {
  return {
    ...report,
    summary: short(report.summary),
    findings: report.findings.map((finding) => ({ ...finding, summary: short(finding.summary) })),
    notes: report.notes.map(short),
    next: report.next.map((step) => ({ ...step, say: short(step.say) })),
    show: report.show.map((part) =>
      part.kind === 'table'
        ? { ...part, rows: part.rows.map((row) => row.map(short)) }
        : part.kind === 'entries'
          ? {
              ...part,
              entries: part.entries.map(({ says, lines }) => ({ says: short(says), lines: lines.map(short) })),
            }
          : { ...part, lines: part.lines.map(short) },
    ),
  };
}

const short = (sentence: string): string =>
  sentence.length <= longestSentence
    ? sentence
    : `${sentence.slice(0, longestSentence).replace(/[\ud800-\udbff]$/, '')} [... ${sentence.length - longestSentence} more characters]`;
