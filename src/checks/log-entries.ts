import type { Signature } from '../core/signature.ts';
import { timeOf } from '../probes/log-time.ts';
import { levelOf, type LogLevel } from './log-level.ts';
import { bare } from './log-line.ts';
import { goesOn, isFrame } from './log-stack.ts';
import { chain, tracebacks } from './python-traceback.ts';

/** What a program said at once: a line, or a stack with what led to it. */
export interface LogEntry {
  readonly lines: readonly string[];
  /** Number of its first line. */
  readonly at: number;
  /** Of the line, or of the last line before it that carries one. Epoch ms. */
  readonly timeMs: number | null;
  readonly level: LogLevel;
  readonly signature: Signature | undefined;
}

interface Draft {
  readonly at: number;
  readonly lines: string[];
  readonly timeMs: number | null;
  level: LogLevel;
  signature: Signature | undefined;
}

/** No stack is longer; data that somebody logged may be. */
const mostLines = 400;
/** Beyond this a line is data that somebody logged. */
const longestLine = 4_096;

/** The lines of a log as what was said, tracebacks and stacks in one piece. Blank lines say nothing; `shiftMs` as in `timeOf`. */
export function logEntries(
  lines: readonly string[],
  signatures: readonly Signature[],
  shiftMs = 0,
): readonly LogEntry[] {
  const plain = lines.map(bare);
  const inside = new Map<number, 'begin' | 'frame' | 'error'>();
  for (const { from, to, chained } of tracebacks(plain)) {
    for (let index = from; index <= Math.min(to, lines.length - 1); index += 1)
      inside.set(index, index === to ? 'error' : index > from || chained ? 'frame' : 'begin');
  }
  const known = new Map<string, Signature | undefined>();
  const signatureOf = (line: string): Signature | undefined => {
    const text = line.slice(0, longestLine);
    if (!known.has(text))
      known.set(
        text,
        signatures.find(({ pattern }) => pattern.test(text)),
      );
    return known.get(text);
  };

  const drafts: Draft[] = [];
  let timeMs: number | null = null;
  let gap = true;
  for (const [at, line] of lines.entries()) {
    const text = plain[at] ?? '';
    const part = inside.get(at);
    if (text === '' && part === undefined) {
      gap = true;
      continue;
    }
    timeMs = timeOf(line, shiftMs) ?? timeMs;
    const open = drafts.at(-1);
    if (open !== undefined && open.lines.length < mostLines && joins(text.slice(0, longestLine), part, open, gap)) {
      open.lines.push(line);
      if (part !== undefined) open.level = 'error';
      if (part !== 'frame' && part !== 'begin') open.signature = better(open.signature, signatureOf(text));
    } else {
      const signature = part === 'frame' || part === 'begin' ? undefined : signatureOf(text);
      const level =
        part !== undefined || signature !== undefined || isFrame(text.slice(0, longestLine)) ? 'error' : levelOf(line);
      drafts.push({ at, lines: [line], timeMs, level, signature });
    }
    if (drafts.at(-1)?.signature !== undefined) raise(drafts.at(-1));
    gap = false;
  }
  return drafts;
}

/** Whether a line belongs to the entry before it. */
function joins(text: string, part: 'begin' | 'frame' | 'error' | undefined, open: Draft, gap: boolean): boolean {
  if (part === 'frame' || part === 'error' || chain.test(text)) return true;
  if (gap) return false;
  // What was logged with an exception stands right before its traceback.
  if (part === 'begin') return open.level === 'error' && open.lines.length === 1;
  return goesOn(text) || (isFrame(text) && open.level === 'error');
}

const raise = (draft: Draft | undefined): void => {
  if (draft !== undefined) draft.level = 'error';
};

/** A generic line names it only when nothing else does; else the first counts. */
const better = (one: Signature | undefined, other: Signature | undefined): Signature | undefined =>
  one === undefined || (one.generic === true && other !== undefined && other.generic !== true) ? other : one;
