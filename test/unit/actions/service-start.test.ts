import { expect, test } from 'vitest';
import { serviceStart } from '../../../src/actions/service-start.ts';
import { changeOf, declared, finding, planOf } from '../../support/plan.ts';
import { lookAt, type StandInSystemd } from '../../support/stand-in-systemd.ts';

const node = (llama: string, starts: Record<number, number> = {}): StandInSystemd => ({
  units: { 'llama.service': llama, ui: 'active (running) 7', api: 'active (running) 8' },
  starts,
});
const stopped = node('inactive (dead)');
const args = { service: 'llama' };

test('plans to start what is stopped, which costs nothing and is taken back by a stop', () =>
  expect(changeOf(serviceStart, stopped)).toMatchObject({
    what: 'Start llama (systemd llama.service).',
    drops: ['api, ui need it and are not restarted.'],
    undo: { action: 'service.stop', args, what: 'Stop llama again.' },
    world: { isStopped: true },
  }));

test.each(['inactive (dead)', 'failed (failed)', 'active (exited)'])('may start what is %s', (said) =>
  expect(planOf(serviceStart, node(said))).toMatchObject({ can: true }),
);

test.each([
  ['active (running) 42', 'runs already'],
  ['activating (start) 42', 'runs already'],
  ['activating (auto-restart)', 'is started again and again by its manager already'],
])('refuses what is %s', (said, why) =>
  expect(planOf(serviceStart, node(said))).toMatchObject({
    can: false,
    because: expect.stringContaining(`llama ${why}`),
    next: [{ say: 'Restart llama instead, if it is not well.' }],
  }),
);

test('is refused before a fix, but not as what takes a stop back', () => {
  const findings = [finding({ restartHelps: 'after-fix' })];
  expect(planOf(serviceStart, stopped, args, findings)).toMatchObject({ can: false });
  expect(planOf(serviceStart, stopped, { ...args, reason: 'It was stopped.' }, findings)).toMatchObject({ can: true });
});

test('was done when it runs, and not when it is stopped as before', () => {
  const { before } = changeOf(serviceStart, stopped);
  const done = (systemd: StandInSystemd) => lookAt(systemd, serviceStart.done(args, declared, before));
  expect(done(node('active (running) 42', { 42: 5 }))).toEqual({ is: 'done', mark: '42:5' });
  expect(done(stopped)).toMatchObject({ is: 'not_done' });
  expect(done(node('failed (failed)'))).toMatchObject({ is: 'unclear' });
});
