import type { FoldedEntry } from '../checks/log-fold.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import type { FoundLog } from './log-findings.ts';
import { spanText } from './span-text.ts';

/** The time that is asked about. */
export interface Window {
  /** Only since the last start. */
  readonly isCurrent: boolean;
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
}

export interface Summed {
  readonly node: Node;
  readonly services: readonly Service[];
  readonly logs: readonly FoundLog[];
  readonly folded: readonly FoldedEntry[];
  /** What was searched for; errors and warnings where it is missing. */
  readonly pattern: string | undefined;
  readonly window: Window;
}

/** One sentence: whose logs, what is in them, how much was read, and the first known failure. */
export function summaryOf({ node, services, logs, folded, pattern, window }: Summed): string {
  const [first] = services;
  const who = services.length === 1 && first !== undefined ? `${first.name} on ${node.name}` : node.name;
  const lines = logs.reduce((sum, log) => sum + log.lines, 0);
  const unread = logs.filter(({ reach }) => reach.trouble !== null).length;
  const short = logs.filter(({ missesSinceMs }) => missesSinceMs !== null).length;
  const silent = [
    ...(unread === 0 ? [] : [`; ${count(unread, 'log')} can not be read`]),
    ...(short === 0 ? [] : [`; ${count(short, 'log')} not read back far enough`]),
  ].join('');
  const where = `in ${count(lines, 'line')} of ${count(logs.length - unread, 'log')}${windowText(window)}${silent}`;
  if (pattern !== undefined) {
    const times = timesOf(folded);
    const what = times === 0 ? 'nothing' : count(times, 'entry', 'entries');
    return `${who}: ${what} with ${JSON.stringify(pattern)} ${where}.`;
  }
  const now = folded.filter(({ old }) => !old);
  const errors = said(
    now.filter(({ level }) => level === 'error'),
    (many) => count(many, 'error'),
  );
  const warnings = said(
    now.filter(({ level }) => level === 'warning'),
    (many) => count(many, 'warning'),
  );
  const older = folded.filter(({ old }) => old);
  const found = [...errors, ...warnings, ...said(older, (many) => `${many} from before`), ...lastOf(older)];
  const none = older.length === 0 ? 'no error' : 'no error since the last start';
  const known = now.find(({ signature }) => signature !== undefined)?.signature;
  const named = known === undefined ? '' : `; ${known.id}: ${known.meaning}`;
  return `${who}: ${[...(now.length === 0 ? [none] : []), ...found].join(', ')}${older.length === 0 ? '' : ','} ${where}${named}.`;
}

const timesOf = (entries: readonly FoldedEntry[]): number => entries.reduce((sum, entry) => sum + entry.count, 0);

/** `3 errors (40 times)` */
function said(entries: readonly FoldedEntry[], name: (many: number) => string): readonly string[] {
  const times = timesOf(entries);
  if (entries.length === 0) return [];
  return [`${name(entries.length)}${times > entries.length ? ` (${times} times)` : ''}`];
}

function lastOf(older: readonly FoldedEntry[]): readonly string[] {
  const last = older.reduce((latest, { lastMs }) => Math.max(latest, lastMs ?? 0), 0);
  return last === 0 ? [] : [`the last at ${spanText(last, last)}`];
}

function windowText({ isCurrent, fromMs, untilMs }: Window): string {
  if (isCurrent) return ' since the last start';
  const [from, until] = [fromMs, untilMs].map((time) => (time === undefined ? undefined : spanText(time, time)));
  return `${from === undefined ? '' : ` since ${from}`}${until === undefined ? '' : ` until ${until}`}`;
}
