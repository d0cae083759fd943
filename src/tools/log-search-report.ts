import type { FoldedEntry } from '../checks/log-fold.ts';
import { count } from '../core/format.ts';
import type { Next, RemoteEntries, Report, Status } from '../core/report.ts';
import type { Ops } from '../core/tool.ts';
import type { FoundLog } from './log-findings.ts';
import { summaryOf, type Summed } from './log-search-summary.ts';
import { reachNotes } from './log-sources.ts';
import { shortLine } from './safe-lines.ts';
import { spanText } from './span-text.ts';

interface Found extends Summed {
  readonly most: number;
  readonly cursor: string;
  readonly notes: readonly string[];
  readonly ops: Ops;
}

/** As much as a model should have to read of one entry, and of all. */
const [linesShown, linesKept, charactersKept] = [16, 100, 48_000];

export function searchReport(found: Found) {
  const { node, logs, folded, most, cursor, ops } = found;
  const kept = within(folded.slice(0, most));
  const all =
    folded.length > kept.length ? ops.keep(node, summaryOf(found), folded.map(whole).join('\n\n')) : undefined;
  return {
    summary: summaryOf(found),
    status: statusOf(found),
    findings: [],
    next: nextOf(found, kept),
    notes: [
      ...found.notes,
      ...(all === undefined
        ? []
        : [
            `${count(folded.length - kept.length, 'more entry', 'more entries')} left out: ask for more entries, or read evidence ${all}.`,
          ]),
      ...logs.flatMap((log) => notesOf(log, found)),
    ],
    data: {
      entries: kept.map((entry) => dataOf(entry)),
      logs: logs.map(({ reach, lines }) => ({
        source: reach.source,
        lines,
        bytes: reach.bytesRead,
        trouble: reach.trouble,
      })),
      cursor,
    },
    show: sections(kept),
  } satisfies Report;
}

/** A log that is not there to read, or not far enough back, tells nothing: that is not the same as a quiet one. What was searched for is no trouble. */
function statusOf({ logs, folded, pattern }: Found): Status {
  const misses = logs.some(({ reach, missesSinceMs }) => reach.trouble !== null || missesSinceMs !== null);
  if (logs.length === 0 || misses) return 'unknown';
  return pattern === undefined && folded.some(({ level, old }) => level === 'error' && !old) ? 'degraded' : 'ok';
}

/** Long stacks can make few entries many. */
function within(folded: readonly FoldedEntry[]): readonly FoldedEntry[] {
  let room = charactersKept;
  const end = folded.findIndex((entry) => (room -= cut(entry.lines, linesKept).join('\n').length) < 0);
  return end === -1 ? folded : folded.slice(0, Math.max(1, end));
}

function notesOf({ reach, timeless, lines, missesSinceMs }: FoundLog, { window }: Found): readonly string[] {
  const { source, parts, more } = reach;
  const [first] = parts;
  return [
    ...reachNotes(reach),
    ...(timeless && lines > 0 && (window.fromMs !== undefined || window.untilMs !== undefined)
      ? [`No line of ${source} carries a time: all of it is searched, and may be older or newer.`]
      : []),
    ...(missesSinceMs === null
      ? []
      : [`${source} was read back to ${spanText(missesSinceMs, missesSinceMs)} only: ask for more bytes.`]),
    ...(first !== undefined && first.offset > 0 && !first.binary && !more && missesSinceMs === null
      ? [`${first.path} was searched from byte ${first.offset} on: ask for more bytes to go further back.`]
      : []),
  ];
}

function dataOf({ level, count: times, firstMs, lastMs, sources, services, old, signature, lines }: FoldedEntry) {
  return {
    service: services.join(', '),
    level,
    count: times,
    first: firstMs === null ? null : new Date(firstMs).toISOString(),
    last: lastMs === null ? null : new Date(lastMs).toISOString(),
    source: sources.join(', '),
    history: old,
    signature: signature?.id ?? null,
    restartHelps: signature?.restartHelps ?? null,
    lines: [...cut(lines, linesKept)],
  };
}

/** The first lines and the last ones, which name the error. */
function cut(lines: readonly string[], most: number): readonly string[] {
  const short = lines.map((line) => shortLine(line));
  if (short.length <= most) return short;
  const head = Math.floor(most / 4);
  const tail = most - head - 1;
  return [...short.slice(0, head), `[... ${short.length - head - tail} lines left out ...]`, ...short.slice(-tail)];
}

/** Lines of a stack are cut sooner than the one that names the error, so that the text has room for other entries. */
const brief = (lines: readonly string[]): readonly string[] =>
  lines.map((line, index) => shortLine(line, index === lines.length - 1 ? 600 : 160));

const title = (level: string, old: boolean): string =>
  level === 'other'
    ? 'What fits, latest first'
    : old
      ? 'History: before the last start or boot, or in an older log'
      : 'Errors and warnings, latest first';

function sections(kept: readonly FoldedEntry[]): readonly RemoteEntries[] {
  const titles = [...new Set(kept.map(({ level, old }) => title(level, old)))];
  return titles.map((name) => ({
    kind: 'entries',
    title: name,
    entries: kept
      .filter(({ level, old }) => title(level, old) === name)
      .map((entry) => ({ says: saysOf(entry), lines: brief(cut(entry.lines, linesShown)) })),
  }));
}

/** `12 times, 2026-11-21 09:00:01 to 09:05:13 UTC, llama.err: LL-TRUNC, ...` */
function saysOf({ count: times, firstMs, lastMs, sources, signature, level }: FoldedEntry): string {
  const when = firstMs === null || lastMs === null ? [] : [spanText(firstMs, lastMs)];
  const what = [...(times === 1 ? [] : [`${times} times`]), ...when, sources.join(' and ')].join(', ');
  if (signature === undefined) return level === 'other' ? what : `${level}: ${what}`;
  const { id, meaning, restartHelps } = signature;
  return `${id}: ${meaning} (${what}; restart helps: ${restartHelps})`;
}

const whole = (entry: FoldedEntry): string => [saysOf(entry), ...entry.lines.map((line) => `| ${line}`)].join('\n');

function nextOf({ node, services, cursor, pattern }: Found, kept: readonly FoldedEntry[]): readonly Next[] {
  const advice = kept.flatMap(({ old, signature }) => (old || signature === undefined ? [] : [signature.advice]));
  const [first] = services;
  const one = services.length === 1 && first !== undefined ? { service: first.name } : {};
  return [
    ...[...new Set(advice)].slice(0, 3).map((say) => ({ say })),
    ...(pattern === undefined && kept.length > 0
      ? [{ say: 'See what of it is the cause.', tool: 'node_triage', args: { nodes: [node.name] } }]
      : []),
    ...(cursor === ''
      ? []
      : [{ say: 'Search only what comes after this.', tool: 'log_search', args: { node: node.name, ...one, cursor } }]),
  ];
}
