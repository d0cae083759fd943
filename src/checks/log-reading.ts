import { remembered } from '../core/remembered.ts';
import type { LogText } from '../core/service-manager.ts';
import type { Signature } from '../core/signature.ts';
import { linesOfLife, logCause, type LogCause } from './log-cause.ts';
import { isReady, logRuns, type LogRun } from './log-runs.ts';

/** What one log of a service tells about its last start. */
export type LogReading =
  | { readonly tells: 'nothing'; readonly source: string; readonly why: string }
  | { readonly tells: 'good'; readonly source: string; readonly lines: number; readonly marked: boolean }
  | { readonly tells: 'trouble'; readonly source: string; readonly cause: LogCause; readonly marked: boolean }
  /** The last start has not come far; the starts before it ended so. */
  | { readonly tells: 'repeats'; readonly source: string; readonly cause: LogCause; readonly times: number };

/** What is known of the service besides its log. */
interface Known {
  /** Nothing was written to this log since the service was last started. */
  readonly isOld: boolean;
  /** Its manager proves that it is up. */
  readonly isUp: boolean;
}

export function logReading(log: LogText, signatures: readonly Signature[], known: Known): LogReading {
  const { source, trouble } = log;
  if (trouble !== undefined) return { tells: 'nothing', source, why: trouble };
  if (known.isOld) return { tells: 'good', source, lines: 0, marked: true };
  const runs = runsOf(log);
  const last = runs.at(-1) ?? { lines: [], marked: false };
  const cause = causeOf(signatures)(last);
  if (cause !== undefined) return { tells: 'trouble', source, cause, marked: last.marked };
  const cameUp = known.isUp || last.lines.some(isReady) || last.lines.length > linesOfLife;
  const before = cameUp ? [] : runs.slice(0, -1).map(causeOf(signatures));
  const latest = before.at(-1);
  if (latest !== undefined && !latest.wentOn) {
    const others = before.toReversed().findIndex((each) => each?.signature !== latest.signature);
    return { tells: 'repeats', source, cause: latest, times: others === -1 ? before.length : others };
  }
  return { tells: 'good', source, lines: linesIn(last.lines), marked: last.marked };
}

// A log that has not grown since the last look is the same object, and was read before.
export const runsOf = remembered(({ text }: LogText) => logRuns(text));
const linesIn = remembered((lines: LogRun['lines']) => lines.filter((line) => line !== '').length);
const causeOf = remembered((signatures: readonly Signature[]) =>
  remembered((run: LogRun) => logCause(run.lines, signatures)),
);
