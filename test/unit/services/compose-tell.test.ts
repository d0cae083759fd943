import { expect, test } from 'vitest';
import { capture } from '../../../src/core/capture.ts';
import type { HttpTroubleReason } from '../../../src/core/command.ts';
import { verbs } from '../../../src/core/service-manager.ts';
import { composeOutcome } from '../../../src/services/compose-tell.ts';

const timed = { at: 0, ms: 1 };
const answer = (status: number, message?: string) => ({
  ok: true as const,
  status,
  headers: {},
  body: capture(message === undefined ? '' : JSON.stringify({ message })),
  ...timed,
});
const trouble = (reason: HttpTroubleReason) => ({ ok: false as const, reason, message: `it was ${reason}`, ...timed });

test.each([
  [204, 'restart', undefined, { how: 'done', said: 'restarted lab-llama-1' }],
  [304, 'start', undefined, { how: 'failed', said: 'lab-llama-1 is started already' }],
  [304, 'stop', undefined, { how: 'failed', said: 'lab-llama-1 is stopped already' }],
  [404, 'stop', 'No such container: x', { how: 'failed', said: 'HTTP 404: No such container: x' }],
  [
    409,
    'start',
    'cannot start a paused container',
    { how: 'failed', said: 'HTTP 409: cannot start a paused container' },
  ],
  [500, 'start', 'port is already allocated', { how: 'failed', said: 'HTTP 500: port is already allocated' }],
  [500, 'start', undefined, { how: 'failed', said: 'HTTP 500' }],
] as const)('HTTP %i to a %s is what the engine says', (status, verb, message, outcome) => {
  expect(composeOutcome(answer(status, message), verb, 'lab-llama-1')).toEqual(outcome);
});

test.each(['refused', 'missing', 'denied'] as const)('a socket that is %s was told nothing', (reason) => {
  for (const verb of verbs) expect(composeOutcome(trouble(reason), verb, 'llama')).toMatchObject({ how: 'failed' });
});

test.each(['reset', 'timeout', 'protocol'] as const)(
  'an answer that is %s does not tell whether it was done',
  (reason) => {
    for (const verb of verbs)
      expect(() => composeOutcome(trouble(reason), verb, 'llama')).toThrow(
        `Whether the container engine carried out the ${verb} is not known: it was ${reason}.`,
      );
  },
);

test('an answer that no engine gives does not tell either', () => {
  expect(() => composeOutcome(answer(200), 'start', 'llama')).toThrow(/is not known: HTTP 200/);
});
