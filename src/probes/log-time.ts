// ISO and its blank, slash and comma relatives, with or without a zone; what most of these services write.
const stamp = /(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,]\d+)?\s?(Z|[+-]\d\d:?\d\d)?/;

/** Epoch ms of a line's own time, or undefined where it carries none; without a zone it is read as UTC, less `shiftMs`. */
export function timeOf(line: string, shiftMs = 0): number | undefined {
  const found = stampOf(line);
  return found === undefined || found.hasZone ? found?.ms : found.ms - shiftMs;
}

function stampOf(line: string): { ms: number; hasZone: boolean } | undefined {
  const found = stamp.exec(line.slice(0, 120));
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, zone] = found;
  const offset = (zone ?? 'Z').replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return Number.isNaN(ms) ? undefined : { ms, hasZone: zone !== undefined };
}

/** The latest that a line's own time can mean, in whatever zone it was written. */
export const latestTimeOf = (line: string): number | undefined => timeOf(line, -mostMs);

/** Zones differ from UTC by quarters of an hour, by 14 hours at most. */
const [quarterMs, mostMs] = [900_000, 50_400_000];
/** A line and the time of its file are written at once; buffers and whole seconds come between. */
const slackMs = 60_000;

/**
 * How far the times without a zone are ahead of UTC, in ms: the last line was written when its file was last written.
 *
 * Undefined where the last line tells no such time, or one that no zone explains.
 */
export function zoneShift(lines: readonly string[], mtimeMs: number | null): number | undefined {
  const last = stampOf(lines.findLast((line) => line.trim() !== '') ?? '');
  if (last === undefined || last.hasZone || mtimeMs === null) return undefined;
  const apart = last.ms - mtimeMs;
  const shift = Math.round(apart / quarterMs) * quarterMs;
  return Math.abs(apart - shift) <= slackMs && Math.abs(shift) <= mostMs ? shift : undefined;
}
