import { describe, expect, test } from 'vitest';
import { serviceRestart } from '../../../src/actions/service-restart.ts';
import { changeOf, declared, finding, planOf } from '../../support/plan.ts';
import { lookAt, type StandInSystemd } from '../../support/stand-in-systemd.ts';

const other = { ui: 'active (running) 7', api: 'active (running) 8' };
const node = (llama: string, more: Partial<StandInSystemd> = {}): StandInSystemd => ({
  units: { 'llama.service': llama, ...other },
  starts: { 42: 1_000 },
  ...more,
});
const running = node('active (running) 42');
const args = { service: 'llama' };

describe('the plan of service.restart', () => {
  test('says what it does, who notices, what proves it, and that nothing takes it back', () => {
    expect(changeOf(serviceRestart, running)).toEqual({
      can: true,
      subject: 'service:llama',
      service: 'llama',
      risk: 'approve',
      what: 'Restart llama (systemd llama.service).',
      drops: [
        'Requests in flight to llama (port 8081) are lost, and new ones fail until it is well again.',
        'Tasks of the queue gpu-tasks that it works on are lost, and others wait until it is well again.',
        'It loads 1 model file anew.',
        'api, ui need it and are not restarted.',
      ],
      proves: [
        'llama runs as another process than before.',
        'All that is known of its health is ok for 20 s without a break, beginning within 300 s.',
      ],
      undo: null,
      again: true,
      world: {
        manager: 'systemd',
        place: { config: null, server: null, home: null, user: null },
        unit: 'llama.service',
        isStopped: false,
        dependants: ['api', 'ui'],
      },
      before: {
        bootId: 'boot-1',
        state: 'running',
        said: 'active (running)',
        restarts: null,
        processes: [{ pid: 42, start: 1_000 }],
      },
    });
  });

  test('shows nothing of a health URL that may be a secret', () =>
    expect(JSON.stringify(changeOf(serviceRestart, running))).not.toContain('hunter2'));

  test.each(['activating (auto-restart)', 'failed (failed)', 'active (running) 77', 'activating (start) 5'])(
    'is the same while the service flaps: %s',
    (said) => {
      const { before: _, ...rest } = changeOf(serviceRestart, node(said));
      const { before: __, ...first } = changeOf(serviceRestart, running);
      expect(rest).toEqual(first);
    },
  );

  test('is another one when somebody stopped it, and then no traffic is lost', () => {
    const change = changeOf(serviceRestart, node('inactive (dead)'));
    expect(change.world).toMatchObject({ isStopped: true });
    expect(change.drops).toEqual(['api, ui need it and are not restarted.']);
  });

  test.each([
    [{ service: 'lama' }, running, /^gpu-1 has no service lama; did you mean llama\?$/],
    [{ service: 'cron' }, running, /^Nothing supervises cron, so nothing can be told to restart it\.$/],
    [args, { units: null }, /^systemd can not be asked for llama: systemd does not run on this node: .+\.$/],
    [args, { units: other }, /^systemd knows no llama\.service\.$/],
    [
      args,
      node('deactivating (stop) 42'),
      /is being stopped at this moment \(systemd says "deactivating \(stop\)"\)\.$/,
    ],
    [args, node('maintenance (odd)'), /^llama is in no state that is known/],
  ] as const)('refuses %j', (wanted, systemd, because) =>
    expect(planOf(serviceRestart, systemd, wanted)).toMatchObject({
      can: false,
      because: expect.stringMatching(because),
    }),
  );
});

describe('a restart that does not help', () => {
  const next = [{ say: 'Mend the model.', tool: 'model_verify', args: { nodes: ['gpu-1'] } }];
  const reason = 'the model was copied anew';

  test('is refused in the words of the finding, with what helps instead', () =>
    expect(planOf(serviceRestart, running, args, [finding({ restartHelps: 'no', next })])).toEqual({
      can: false,
      because: 'To restart llama does not help: llama: its model is cut short.',
      next,
    }));

  test('is refused before a fix, and done when somebody says what was fixed', () => {
    const findings = [finding({ restartHelps: 'after-fix', next })];
    expect(planOf(serviceRestart, running, args, findings)).toEqual({
      can: false,
      because: 'To restart llama does not help before this is mended: llama: its model is cut short.',
      next: [
        ...next,
        {
          say: 'Once it is mended, say what was done:',
          tool: 'service_restart',
          args: { node: 'gpu-1', service: 'llama', reason: 'what was done' },
        },
      ],
    });
    expect(planOf(serviceRestart, running, { ...args, reason }, findings)).toMatchObject({ can: true });
  });

  test('is not done for any reason where it never helps', () => {
    const findings = [finding({ restartHelps: 'after-fix' }), finding({ restartHelps: 'no', summary: 'It loads.' })];
    expect(planOf(serviceRestart, running, { ...args, reason }, findings)).toMatchObject({
      can: false,
      because: 'To restart llama does not help: It loads.',
    });
  });

  test.each([
    { restartHelps: 'maybe' },
    { restartHelps: 'yes' },
    { restartHelps: 'no', service: 'api' },
    { restartHelps: 'no', status: 'ok' },
    {},
  ] as const)('is not seen in %j', (more) =>
    expect(planOf(serviceRestart, running, args, [finding(more)])).toMatchObject({ can: true }),
  );
});

describe('whether a restart was done', () => {
  const { before } = changeOf(serviceRestart, running);
  const done = (systemd: StandInSystemd, was = before) => lookAt(systemd, serviceRestart.done(args, declared, was));
  const notRunning = changeOf(serviceRestart, node('inactive (dead)')).before;

  test.each([
    [
      'another process',
      node('active (running) 50', { starts: { 50: 2_000 } }),
      before,
      { is: 'done', mark: '50:2000' },
    ],
    [
      'a process that took over the number',
      node('active (running) 42', { starts: { 42: 2_000 } }),
      before,
      { is: 'done', mark: '42:2000' },
    ],
    [
      'the same number in another boot',
      node('active (running) 42', { boot: 'boot-2' }),
      before,
      { is: 'done', mark: '42:1000' },
    ],
    [
      'one that starts',
      node('activating (start) 50', { starts: { 50: 2_000 } }),
      before,
      { is: 'unclear', say: expect.stringContaining('it is starting') },
    ],
    ['one whose start is hidden', node('active (running) 50', { starts: {} }), before, { is: 'done', mark: '50:?' }],
    [
      'the process of before',
      running,
      before,
      { is: 'not_done', say: expect.stringContaining('process 42 is the one of before') },
    ],
    ['a number without its start', node('active (running) 42', { starts: {} }), before, { is: 'not_done' }],
    [
      'stopped in the middle',
      node('inactive (dead)'),
      before,
      { is: 'unclear', say: expect.stringContaining('stopped and not started again') },
    ],
    ['stopping', node('deactivating (stop) 42'), before, { is: 'unclear' }],
    ['failed', node('failed (failed)'), before, { is: 'unclear' }],
    ['no process told', node('active (running) 0'), before, { is: 'unclear' }],
    ['no unit', { units: other }, before, { is: 'unclear' }],
    ['no systemd', { units: null }, before, { is: 'unclear', say: expect.stringContaining('can not be asked') }],
    ['what is no record', running, { odd: true }, { is: 'unclear' }],
    ['stopped as before', node('inactive (dead)'), notRunning, { is: 'not_done' }],
    ['running since', running, notRunning, { is: 'done', mark: '42:1000' }],
    ['crashing since', node('activating (auto-restart)'), notRunning, { is: 'unclear' }],
  ] as const)('is told by %s', (_, systemd, was, answer) => expect(done(systemd, was)).toMatchObject(answer));
});

test('the proof is what is known of its health, for as long as the fleet file says', () => {
  const { checks, ...rest } = serviceRestart.proof(args, declared);
  expect(rest).toEqual({ services: ['llama'], quietSeconds: 20, withinSeconds: 300 });
  expect(checks.map(({ name }) => name)).toEqual([
    'service.health',
    'service.container',
    'service.log',
    'service.ports',
    'service.wait',
    'tmp.pollers',
  ]);
  // No check calls well what is younger than a minute.
  expect(serviceRestart.proof({ service: 'ui' }, declared)).toMatchObject({ quietSeconds: 15, withinSeconds: 120 });
});

test('every check that may say that a restart does not help is asked before', () =>
  expect(serviceRestart.guards(args, declared).checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['service.log', 'service.flap', 'service.wait', 'service.health', 'model.complete']),
  ));
