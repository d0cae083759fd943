import { expect, test } from 'vitest';
import { readSettings } from '../../../src/config/settings.ts';

const settings = (env: Record<string, string>) => readSettings({ env, cwd: '/srv', home: '/home/ops' });

test('without anything set, the state lies in the home and only warnings are logged', () => {
  expect(settings({})).toEqual({ fleet: undefined, log: 'warn', state: '/home/ops/.local/state/rackhand' });
  expect(settings({ RACKHAND_LOG: '', RACKHAND_STATE: '', RACKHAND_FLEET: '' })).toEqual(settings({}));
});

test('paths of the environment are made absolute', () => {
  expect(settings({ RACKHAND_FLEET: 'a/fleet.yaml', RACKHAND_STATE: '~/state' })).toMatchObject({
    fleet: '/srv/a/fleet.yaml',
    state: '/home/ops/state',
  });
});

test('XDG_STATE_HOME holds the state, unless it is relative or RACKHAND_STATE is set', () => {
  expect(settings({ XDG_STATE_HOME: '/var/state' }).state).toBe('/var/state/rackhand');
  expect(settings({ XDG_STATE_HOME: 'state' }).state).toBe('/home/ops/.local/state/rackhand');
  expect(settings({ XDG_STATE_HOME: '/var/state', RACKHAND_STATE: '/mine' }).state).toBe('/mine');
});

test('a level that does not exist is refused by name', () => {
  expect(() => settings({ RACKHAND_LOG: 'loud' })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: 'RACKHAND_LOG: must be one of silent, fatal, error, warn, info, debug, trace.',
    }),
  );
});
