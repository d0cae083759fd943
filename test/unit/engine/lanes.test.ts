import { expect, test } from 'vitest';
import { createLanes } from '../../../src/engine/lanes.ts';

test('no more go on at once than there are lanes, in the order in which they came, and all come to their end', async () => {
  const lanes = createLanes(3);
  const begun: number[] = [];
  let now = 0;
  let most = 0;
  const one = (index: number) =>
    lanes.run(async () => {
      begun.push(index);
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      if (index % 5 === 0) throw new Error(`${index}`);
      return index;
    });
  for (const count of [50, 50]) {
    begun.length = 0;
    const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => one(index)));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10);
    expect(begun).toEqual(Array.from({ length: count }, (_, index) => index));
  }
  expect(most).toBe(3);
});
