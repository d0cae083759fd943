// As programs, journald, supervisord and containers begin a line; a zone is part of it.
const stamps: readonly RegExp[] = [
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/,
  /[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d/,
];
const longestBeginning = 120;

/** When the last line that ends so was written, in the words of the log: nothing says in which zone where it does not. */
export function writtenAt(text: string, line: string): string | undefined {
  const at = line === '' ? -1 : text.lastIndexOf(line);
  if (at === -1) return undefined;
  const begins = text.lastIndexOf('\n', at) + 1;
  // The time may stand before the line as it was cut, or be part of it.
  const beginning = text.slice(begins, Math.max(at, begins) + longestBeginning).split('\n')[0] ?? '';
  const found = stamps.map((stamp) => stamp.exec(beginning.slice(0, longestBeginning))?.[0]).find(Boolean);
  return found?.replace(/[.,]\d{1,9}/, '');
}
