import { expect, test } from 'vitest';
import { judgeTuning, tuningLimits } from '../../../src/actions/judge-tuning.ts';
import type { Figures } from '../../../src/actions/measured-service.ts';

const gib = 1024 ** 3;
const usual: Figures = {
  health: 'ok',
  latencyMs: 100,
  probe: 'ok',
  gpuUsedBytes: 20 * gib,
  gpuFreeBytes: 4 * gib,
  memoryAvailableBytes: 32 * gib,
  memoryTotalBytes: 64 * gib,
  restarts: 3,
  drift: 'none',
};
const dead = { latencyMs: null, probe: 'gave no answer (refused)' };

test.each<[string, Partial<Figures>, Partial<Figures>, string, RegExp]>([
  ['faster', {}, { latencyMs: 60 }, 'better', /in 60 ms instead of 100 ms \(median of 5\)\.$/],
  ['the same', {}, {}, 'same', /as fast as before/],
  ['a little slower', {}, { latencyMs: 124 }, 'same', /as fast/],
  ['much slower', {}, { latencyMs: 126 }, 'worse', /it is slower/],
  ['slower by what nobody notices', { latencyMs: 1 }, { latencyMs: 20 }, 'same', /as fast/],
  ['ill', {}, { health: '/health answers 503' }, 'worse', /not well with it: \/health answers 503/],
  ['ill and faster', {}, { health: '/health answers 503', latencyMs: 1 }, 'worse', /not well/],
  ['mute', {}, dead, 'worse', /gave no answer \(refused\)/],
  ['mute before and after', dead, dead, 'worse', /gave no answer/],
  ['cured', { health: '/health gives no answer (refused)', ...dead }, {}, 'better', /did not answer before/],
  ['without a health URL', { health: null }, { health: null, latencyMs: 60 }, 'better', /instead of/],
  ['restarted by us', {}, { restarts: 4 }, 'same', /as fast/],
  ['restarted by itself besides', {}, { restarts: 5 }, 'worse', /started 2 times since/],
  ['not counted', { restarts: null }, { restarts: 9 }, 'same', /as fast/],
  ['run by the old configuration', {}, { drift: 'changed', latencyMs: 1 }, 'unproven', /not in use/],
  ['out of GPU memory', {}, { gpuFreeBytes: 0.1 * gib, gpuUsedBytes: 23.9 * gib }, 'worse', /no GPU memory/],
  ['as short of GPU memory as before', { gpuFreeBytes: 0 }, { gpuFreeBytes: 0 }, 'same', /as fast/],
  ['with a GPU that is told no more', {}, { gpuFreeBytes: null }, 'unproven', /could not be read/],
  ['without a GPU', { gpuFreeBytes: null }, { gpuFreeBytes: null }, 'same', /as fast/],
  ['out of memory', {}, { memoryAvailableBytes: 3 * gib }, 'worse', /less than 5 % of the memory/],
])('a service that is %s', (_, before, after, is, say) =>
  expect(judgeTuning({ ...usual, ...before }, { ...usual, ...after })).toEqual({ is, say: expect.stringMatching(say) }),
);

test('what can not be read proves nothing', () => {
  expect(judgeTuning({ ...usual }, null)).toMatchObject({ is: 'unproven' });
  expect(judgeTuning({}, { ...usual })).toMatchObject({ is: 'unproven' });
});

test('every limit has its reason', () => {
  for (const { value, why } of Object.values(tuningLimits)) {
    expect(value).toBeGreaterThan(0);
    expect(why.length).toBeGreaterThan(15);
  }
});
