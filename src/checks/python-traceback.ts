/** A traceback: numbers of its first line and of the one that names the error. */
export interface Traceback {
  readonly from: number;
  to: number;
  /** Raised while the one before it was handled: both are one story. */
  readonly chained: boolean;
}

const begins = /Traceback \(most recent call last\):$/;
/** Stands between two tracebacks of one story. */
export const chain = /^(?:During handling of the above exception|The above exception was the direct cause)/;

/** Numbers of the lines that say nothing of their own: the frames of all tracebacks, and every traceback but the last. */
export function tracebackNoise(lines: readonly string[]): ReadonlySet<number> {
  const blocks = tracebacks(lines);
  const noise = new Set<number>();
  let current = true;
  for (const { from, to, chained } of blocks.toReversed()) {
    for (let index = from; index < to; index += 1) noise.add(index);
    if (!current) noise.add(to);
    if (!chained) current = false;
  }
  return noise;
}

/** Each from its first line to the line that names the error. */
export function tracebacks(lines: readonly string[]): readonly Traceback[] {
  const blocks: Traceback[] = [];
  let open: Traceback | undefined;
  let before = '';
  for (const [index, line] of lines.entries()) {
    if (begins.test(line)) {
      if (open !== undefined) open.to = index;
      open = { from: index, to: lines.length, chained: chain.test(before) };
      blocks.push(open);
    } else if (open !== undefined && line !== '' && !/^\s/.test(line)) {
      open.to = index;
      open = undefined;
    }
    if (line !== '') before = line;
  }
  return blocks;
}
