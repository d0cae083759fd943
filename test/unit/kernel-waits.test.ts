import { expect, test } from 'vitest';
import { kernelWaits, waitsFor } from '../../src/checks/kernel-waits.ts';

test.each(kernelWaits.flatMap(({ examples, whom }) => examples.map((name) => [name, whom] as const)))(
  '%s waits for %s',
  (name, whom) => expect(waitsFor(name)).toBe(whom),
);

test('each row has an example', () => expect(kernelWaits.filter(({ examples }) => examples.length === 0)).toEqual([]));

test.each([
  'futex_wait_queue',
  'do_sys_poll',
  'hrtimer_nanosleep',
  'do_wait',
  'ep_poll',
  'pipe_read',
  'rescuer_thread',
])('%s is a wait of every day', (name) => expect(waitsFor(name)).toBeUndefined());
