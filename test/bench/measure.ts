/** The middle of several figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Milliseconds that something took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Medians of two ways to do the same, in alternating rounds so that a busy moment hits both; one round to warm up. */
export async function compared(
  rounds: number,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<{ ours: number; theirs: number; ratio: number }> {
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const [mine, other] = [await timed(ours), await timed(theirs)];
    if (round === 0) continue;
    times.ours.push(mine);
    times.theirs.push(other);
  }
  const [mine, other] = [median(times.ours), median(times.theirs)];
  return { ours: mine, theirs: other, ratio: mine / other };
}

/** One line of the table: what was measured, the goal, and what was seen. */
export interface Figure {
  readonly figure: string;
  readonly goal: string;
  readonly seen: string;
  readonly reached: boolean;
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
export const ratioFigure = (
  figure: string,
  goal: number,
  { ours, theirs, ratio }: { ours: number; theirs: number; ratio: number },
): Figure => ({
  figure,
  goal: `≤ ${goal}`,
  seen: `${ratio.toFixed(ratio < 0.1 ? 4 : 2)} (${ms(ours)} : ${ms(theirs)})`,
  reached: ratio <= goal,
});
