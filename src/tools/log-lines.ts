import { OpsError } from '../core/errors.ts';
import { timeOf } from '../probes/log-time.ts';

export interface Selection {
  readonly lines: readonly string[];
  /** Lines that fitted but were too many. */
  readonly omitted: number;
  /** `since` was asked for and no line carries a time. */
  readonly timeless: boolean;
}

interface Wanted {
  readonly most: number;
  readonly grep?: string | undefined;
  /** Epoch ms. */
  readonly since?: number | undefined;
  /** As in `timeOf`. */
  readonly shiftMs?: number | undefined;
}

/** The last `most` lines of a log that hold `grep` and were written at or after `since` (epoch ms). */
export function selectLines(all: readonly string[], { most, grep, since, shiftMs }: Wanted): Selection {
  let timeless = since !== undefined;
  let recent = since === undefined;
  const fitting = all.filter((line) => {
    const time = since === undefined ? undefined : timeOf(line, shiftMs);
    if (time !== undefined && since !== undefined) {
      timeless = false;
      // A line without a time of its own belongs to the one before it.
      recent = time >= since;
    }
    return recent && (grep === undefined || line.includes(grep));
  });
  return { lines: fitting.slice(-most), omitted: Math.max(0, fitting.length - most), timeless };
}

/** Epoch ms that `10m`, `2h`, `1d` before `now`, or an ISO time, means; undefined when it reads as neither. */
export function sinceTime(since: string, now: number): number | undefined {
  const span = /^(\d+)\s*(s|m|min|h|d)$/.exec(since);
  if (span !== null) {
    const seconds = { s: 1, m: 60, min: 60, h: 3_600, d: 86_400 }[span[2] ?? 's'] ?? 1;
    return now - Number(span[1]) * seconds * 1_000;
  }
  const time = Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(since) || !since.includes('T') ? since : `${since}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** The same for what a caller wrote. Errors: `USAGE`, with the name of the input. */
export function timeOrUsage(input: string, text: string, now: number): number {
  const time = sinceTime(text, now);
  if (time !== undefined) return time;
  throw new OpsError(
    'USAGE',
    `${input}: ${JSON.stringify(text)} is neither a span (10m, 2h, 1d) nor a time (2026-11-21T09:00:00Z).`,
  );
}
