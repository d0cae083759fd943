import { expect, test } from 'vitest';
import { createLanes } from '../../../src/engine/lanes.ts';

test('no more go on at once than there are lanes, in the order in which they came, and all come to their end', async () => {
  const lanes = createLanes(3);
  const begun: number[] = [];
  let now = 0;
  let most = 0;
  const run = lanes.join();
  const one = (index: number) =>
    run(async () => {
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

test('what a look asks later goes before what a later look asked first', async () => {
  const lanes = createLanes(1);
  const [first, second] = [lanes.join(), lanes.join()];
  const begun: string[] = [];
  const note = (name: string) => async () => void begun.push(name);
  await Promise.all([
    first(async () => {
      begun.push('first');
      await new Promise((resolve) => setImmediate(resolve));
    }).then(() => Promise.all([first(note('first, then')), first(note('first, then'))])),
    second(note('second')),
    second(note('second')),
    second(note('second')),
  ]);
  expect(begun.slice(0, 2)).toEqual(['first', 'second']);
  expect(begun.toSorted()).toEqual(['first', 'first, then', 'first, then', 'second', 'second', 'second']);
  expect(begun.lastIndexOf('first, then')).toBeLessThan(begun.lastIndexOf('second'));
});
