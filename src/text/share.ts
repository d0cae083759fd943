/**
 * The most that each of several sizes may have so that together they stay within `limit`.
 *
 * What is small is left whole; only the large ones shrink, all to the same size.
 */
export function fairShare(sizes: readonly number[], limit: number): number {
  let room = limit;
  let left = sizes.length;
  for (const size of [...sizes].sort((a, b) => a - b)) {
    if (size * left > room) return Math.floor(room / left);
    room -= size;
    left -= 1;
  }
  return Number.POSITIVE_INFINITY;
}
