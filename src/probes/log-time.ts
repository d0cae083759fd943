// ISO and its blank, slash and comma relatives, with or without a zone; what most of these services write.
const stamp = /(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,]\d+)?\s?(Z|[+-]\d\d:?\d\d)?/;

/** Epoch ms of a line's own time, or undefined where it carries none; without a zone it is read as UTC. */
export function timeOf(line: string): number | undefined {
  const found = stamp.exec(line.slice(0, 120));
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, zone = 'Z'] = found;
  const time = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`,
  );
  return Number.isNaN(time) ? undefined : time;
}
