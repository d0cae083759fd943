import { expect, test } from 'vitest';
import type { Finding } from '../../../src/core/report.ts';
import { onceSettled } from '../../../src/play/once-settled.ts';
import { finding } from '../../support/finding.ts';
import { testNode } from '../../support/node.ts';

const [llama] = testNode({ services: { llama: { manager: 'none', startSeconds: 3 } } }).services;
const loads = finding({ check: 'service.health', status: 'degraded', service: 'llama', restartHelps: 'no' });
const well = finding({ check: 'service.health', status: 'ok', service: 'llama' });
const slow = finding({ check: 'service.health', status: 'degraded', service: 'llama' });
const others = finding({ check: 'service.health', status: 'degraded', service: 'api', restartHelps: 'no' });

/** What is found in the end, and how many seconds that took. */
async function settled(...looks: readonly Finding[]) {
  let seconds = 0;
  const ops = {
    now: () => seconds * 1_000,
    pause: () => Promise.resolve(void (seconds += 1)),
    progress: () => undefined,
  };
  const [first = well, ...rest] = looks;
  const found = await onceSettled(ops, { service: llama }, [first], () => Promise.resolve([rest.shift() ?? first]));
  return [found[0], seconds];
}

test('a service that loads or waits is given the time of its start', async () => {
  expect(await settled(loads, loads, well)).toEqual([well, 2]);
  expect(await settled(loads)).toEqual([loads, 4]);
});

test('nobody waits for what does not go on by itself', async () => {
  expect(await settled(well)).toEqual([well, 0]);
  expect(await settled(slow)).toEqual([slow, 0]);
  expect(await settled(others)).toEqual([others, 0]);
});
