import { expect, test } from 'vitest';
import { serviceStop } from '../../../src/actions/service-stop.ts';
import { changeOf, declared, finding, planOf } from '../../support/plan.ts';
import { lookAt, type StandInSystemd } from '../../support/stand-in-systemd.ts';

const node = (llama: string, starts: Record<number, number> = {}): StandInSystemd => ({
  units: { 'llama.service': llama, ui: 'active (running) 7', api: 'active (running) 8' },
  starts,
  parents: { 43: 42 },
});
const running = node('active (running) 42', { 42: 1_000, 43: 1_001, 99: 5 });
const args = { service: 'llama' };

test('plans to stop what runs, keeps in mind all of its processes, and is taken back by a start', () =>
  expect(changeOf(serviceStop, running)).toMatchObject({
    what: 'Stop llama (systemd llama.service).',
    drops: expect.arrayContaining(['api, ui need it and are not stopped.']),
    proves: ['systemd says that llama is stopped, and no process of it is left, for 20 s.'],
    undo: { action: 'service.start', args: { service: 'llama', reason: expect.stringMatching(/./) } },
    before: {
      processes: [
        { pid: 42, start: 1_000 },
        { pid: 43, start: 1_001 },
      ],
    },
  }));

test.each(['inactive (dead)', 'failed (failed)', 'active (exited)'])('refuses what is %s', (said) =>
  expect(planOf(serviceStop, node(said))).toMatchObject({
    can: false,
    because: expect.stringContaining('does not run'),
  }),
);

test('is not held up by what a restart would not help', () => {
  expect(planOf(serviceStop, running, args, [finding({ restartHelps: 'no' })])).toMatchObject({ can: true });
  expect(serviceStop.guards(args, declared)).toEqual({ checks: [], services: ['llama'] });
  expect(serviceStop.proof(args, declared)).toMatchObject({ checks: [], quietSeconds: 20 });
});

const { before } = changeOf(serviceStop, running);
test.each([
  ['it is stopped and nothing is left', node('inactive (dead)', { 99: 5 }), { is: 'done', mark: 'stopped' }],
  ['its manager calls it failed', node('failed (failed)'), { is: 'done', mark: 'stopped' }],
  ['a number of it was given anew', node('inactive (dead)', { 43: 9_000 }), { is: 'done', mark: 'stopped' }],
  [
    'the node was booted since',
    { ...node('inactive (dead)', { 43: 1_001 }), boot: 'b' },
    { is: 'done', mark: 'stopped' },
  ],
  [
    'a child of it is left',
    node('inactive (dead)', { 43: 1_001 }),
    { is: 'unclear', say: expect.stringContaining('process 43 of it is left') },
  ],
  ['it runs on', running, { is: 'not_done' }],
  ['it flaps on', node('activating (auto-restart)'), { is: 'not_done' }],
  ['it runs anew', node('active (running) 50', { 50: 2_000 }), { is: 'unclear' }],
  ['it is being stopped', node('deactivating (stop) 42', { 42: 1_000 }), { is: 'unclear' }],
  ['its state tells nothing', node('maintenance (odd)'), { is: 'unclear' }],
] as const)('whether it was done, when %s', (_, systemd, answer) =>
  expect(lookAt(systemd, serviceStop.done(args, declared, before))).toMatchObject(answer),
);
