import type { Block, Cell, PageSection, Tone } from '../core/page.ts';
import { count } from '../core/format.ts';
import type { Finding, Status } from '../core/report.ts';
import type { RunStory } from '../core/run-story.ts';
import { isTrouble } from './headline.ts';

const mostRows = 60;

const tones: Readonly<Record<Status, Tone>> = {
  ok: 'good',
  not_applicable: 'plain',
  degraded: 'warn',
  critical: 'bad',
  unknown: 'unknown',
};

const kinds = ['new', 'still wrong', 'not looked at again', 'mended'] as const;
type Kind = (typeof kinds)[number];

/** One thing that was judged before and after. */
export interface Moved {
  readonly kind: Kind;
  readonly before: Finding | undefined;
  readonly after: Finding | undefined;
}

/** What was wrong before or is wrong after a run, what is new first; none where no playbook looked. */
export function movedIn({ found: { before, after } }: RunStory): readonly Moved[] {
  if (before === undefined || after === undefined) return [];
  const all = [...new Set([...before.findings, ...after.findings].map(keyOf))].map((key) => {
    const [was, is] = [before, after].map(({ findings }) => worstOf(findings.filter((each) => keyOf(each) === key)));
    return { before: was, after: is };
  });
  return all
    .flatMap(({ before: was, after: is }): readonly Moved[] => {
      const wasWrong = was !== undefined && isTrouble(was);
      const isWrong = is !== undefined && isTrouble(is);
      if (!wasWrong && !isWrong) return [];
      const kind = isWrong ? (wasWrong ? 'still wrong' : 'new') : is === undefined ? 'not looked at again' : 'mended';
      return [{ kind, before: was, after: is }];
    })
    .toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

const keyOf = ({ check, subject }: Finding): string => `${check} ${subject}`;
const severity: readonly Status[] = ['critical', 'unknown', 'degraded', 'ok', 'not_applicable'];
const worstOf = (findings: readonly Finding[]): Finding | undefined =>
  findings.toSorted((a, b) => severity.indexOf(a.status) - severity.indexOf(b.status))[0];

/** `2 mended, 1 still wrong` */
export const movedText = (moved: readonly Moved[]): string =>
  kinds
    .toReversed()
    .flatMap((kind) => {
      const many = moved.filter((each) => each.kind === kind).length;
      return many === 0 ? [] : [`${many} ${kind}`];
    })
    .join(', ');

/** The findings of a playbook before and after its remedy. */
export function whatWasWrong(story: RunStory): readonly PageSection[] {
  const { before, after } = story.found;
  if (before === undefined) return [];
  const wrong = before.findings.filter(isTrouble);
  const fine = before.findings.length - wrong.length;
  const scope = before.services === undefined ? '' : ` of ${before.services.join(', ')} and its node`;
  const looked = `${story.set === undefined ? '' : 'Before it, '}${count(before.checks.length, 'check')}${scope} found ${count(wrong.length, 'thing')} not well and ${fine} well.`;
  if (after === undefined) {
    const rows = causesFirst(wrong).map((finding) => [about(finding), status(finding), said(finding)]);
    return [
      {
        title: 'What was wrong',
        blocks: [
          { kind: 'text', text: looked },
          ...table(['about', 'status', 'finding'], rows),
          ...(story.set === undefined ? [] : [{ kind: 'text' as const, text: 'It was not looked at again after it.' }]),
        ],
      },
    ];
  }
  const moved = movedIn(story);
  const rows = moved.map(({ kind, before: was, after: is }): readonly Cell[] => [
    { text: kind, tone: kindTones[kind] },
    about(is ?? was),
    status(was),
    status(is),
    kind === 'mended' ? said(was) : said(is ?? was),
  ]);
  const sum = moved.length === 0 ? 'Nothing was wrong, and nothing is.' : `After it: ${movedText(moved)}.`;
  return [
    {
      title: 'What was wrong, and what is now',
      blocks: [{ kind: 'text', text: `${looked} ${sum}` }, ...table(['', 'about', 'before', 'after', 'finding'], rows)],
    },
  ];
}

const kindTones: Readonly<Record<Kind, Tone>> = {
  mended: 'good',
  'still wrong': 'warn',
  new: 'bad',
  'not looked at again': 'unknown',
};

function table(columns: readonly string[], rows: readonly (readonly Cell[])[]): readonly Block[] {
  if (rows.length === 0) return [];
  const left = rows.length - mostRows;
  return [
    { kind: 'table', columns, rows: rows.slice(0, mostRows) },
    ...(left > 0 ? [{ kind: 'text' as const, text: `${count(left, 'more finding')} left out to stay short.` }] : []),
  ];
}

const causesFirst = (findings: readonly Finding[]): readonly Finding[] => {
  const roles = ['cause', 'finding', 'consequence'];
  return findings.toSorted((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role));
};

const about = (finding: Finding | undefined): Cell => ({
  text: finding === undefined ? '' : finding.subject === 'node' ? finding.node : finding.subject,
});

const status = (finding: Finding | undefined): Cell =>
  finding === undefined
    ? { text: 'not there' }
    : { text: finding.status.replaceAll('_', ' '), tone: tones[finding.status] };

function said(finding: Finding | undefined): Cell {
  if (finding === undefined) return { text: '' };
  const role = finding.role === 'cause' ? 'Cause: ' : '';
  const because = finding.because === undefined ? '' : ` That is because ${finding.because}.`;
  return { text: `${role}${finding.summary}${because}` };
}
