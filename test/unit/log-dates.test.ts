import { expect, test } from 'vitest';
import { writtenAt } from '../../src/checks/log-dates.ts';

test.each([
  ['2026-11-21 09:19:02,123 WARN exited: llama\n', 'exited: llama', '2026-11-21 09:19:02'],
  ['2026-11-21T09:19:02.123456Z  WARN retried\n', '2026-11-21T09:19:02.123456Z  WARN retried', '2026-11-21T09:19:02Z'],
  ['2026-11-21T09:19:02+0100 gpu-1 worker[7]: lost\n', 'lost', '2026-11-21T09:19:02+0100'],
  ['Nov 21 09:19:02 gpu-1 worker[7]: lost\n', 'lost', 'Nov 21 09:19:02'],
  ['09:00:00 lost\n2026-11-21 09:19:02 lost\nnothing\n', 'lost', '2026-11-21 09:19:02'],
  ['2026-11-21 09:19:02 before\nlost\n', 'lost', undefined],
  ['other\n', 'lost', undefined],
  ['', '', undefined],
])('the time of %j, which ends in %j', (text, line, expected) => {
  expect(writtenAt(text, line)).toBe(expected);
});
