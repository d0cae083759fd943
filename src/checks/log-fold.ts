import { bare } from './log-line.ts';
import type { LogEntry } from './log-entries.ts';
import { logLevels, type LogLevel } from './log-level.ts';
import type { Signature } from '../core/signature.ts';

/** An entry with the log that it stands in. */
export interface PlacedEntry extends LogEntry {
  readonly service: string;
  readonly source: string;
  /** From before the last start, an older boot or an older log: history. */
  readonly old: boolean;
}

/** Entries that say the same but for numbers, ids, addresses and times. */
export interface FoldedEntry {
  readonly level: LogLevel;
  readonly signature: Signature | undefined;
  readonly old: boolean;
  readonly count: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly services: readonly string[];
  readonly sources: readonly string[];
  /** The latest of them. */
  readonly lines: readonly string[];
}

// In this order: what comes later would take what comes earlier apart.
const varying: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b/g, '<time>'],
  [/\b0x[0-9a-f]+\b/gi, '<address>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g, '<address>'],
  [/\b(?=[a-f]{0,63}\d)[0-9a-f]{8,64}\b/gi, '<id>'],
  // A short id has to begin with a digit, for short words of these letters are names: bf16, ed25519.
  [/\b\d(?=\d{0,6}[a-f])[0-9a-f]{4,6}\b/gi, '<id>'],
  // A digit right behind a letter is a name: CUDA0 and CUDA1 are not the same.
  [/(?<![A-Za-z0-9])\d+(?:[.,]\d+)*/g, '<n>'],
];
const longestKey = 4_096;

/** A line without what differs between two times that a program says the same. */
const pattern = (line: string): string =>
  varying.reduce((text, [what, name]) => text.replace(what, name), bare(line).slice(0, longestKey));

/** What was said several times, once: errors first, then warnings, what is current before history, the latest first. */
export function foldEntries(entries: readonly PlacedEntry[]): readonly FoldedEntry[] {
  const groups = new Map<string, PlacedEntry[]>();
  for (const entry of entries) {
    const { level, signature, old, lines } = entry;
    const key = [level, signature?.id ?? '', old, ...lines.map(pattern)].join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return [...groups.values()]
    .map(folded)
    .toReversed()
    .toSorted((a, b) => rank(a) - rank(b) || late(b) - late(a));
}

function folded(group: readonly PlacedEntry[]): FoldedEntry {
  const latest = group.reduce((one, other) => ((other.timeMs ?? 0) >= (one.timeMs ?? 0) ? other : one));
  const times = group.flatMap(({ timeMs }) => timeMs ?? []);
  const { level, signature, old, lines } = latest;
  return {
    level,
    signature,
    old,
    count: group.length,
    firstMs: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
    lastMs: times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
    services: [...new Set(group.map(({ service }) => service))],
    sources: [...new Set(group.map(({ source }) => source))],
    lines,
  };
}

/** History comes after all that is current but chatter; a line that is known before one that is not, a generic one last. */
function rank({ level, signature, old }: FoldedEntry): number {
  const known = signature === undefined ? 1 : signature.generic === true ? 2 : 0;
  return (level === 'other' ? 100 : 0) + (old ? 50 : 0) + logLevels.indexOf(level) * 10 + known;
}

const late = ({ lastMs }: FoldedEntry): number => lastMs ?? 0;
