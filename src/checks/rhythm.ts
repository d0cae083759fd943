import type { Exit } from '../core/service-manager.ts';

/** How a service ends over and over. */
export interface Rhythm {
  /** Middle of the times between two ends. */
  readonly periodSeconds: number;
  /** All of them are within a tenth of it. */
  readonly isRegular: boolean;
}

const tolerance = 0.1;
const mostIntervals = 6;

/** Within a tenth of each other. Source: the playbook for flapping model servers, compare the cadence with the wait. */
export const isAbout = (seconds: number, expected: number): boolean =>
  Math.abs(seconds - expected) <= tolerance * expected;

/** The beat of the last ends; undefined for fewer than two. Steps of the clock are no intervals. */
export function rhythmOf(exits: readonly Exit[]): Rhythm | undefined {
  const times = exits.slice(-(mostIntervals + 1)).map(({ at }) => at);
  const intervals = times.slice(1).flatMap((at, index) => {
    const interval = at - (times[index] ?? at);
    return interval > 0 ? [interval] : [];
  });
  const periodSeconds = intervals.toSorted((a, b) => a - b)[Math.floor(intervals.length / 2)];
  if (periodSeconds === undefined) return undefined;
  return { periodSeconds, isRegular: intervals.length >= 2 && intervals.every((each) => isAbout(each, periodSeconds)) };
}
