import { describe, expect, test } from 'vitest';
import { managersOf } from '../../src/checks/managed.ts';
import { serviceRunning } from '../../src/checks/service-running.ts';
import type { ManagerAnswer, ServiceState, StateWord } from '../../src/core/service-manager.ts';
import { testNode } from '../support/node.ts';

const node = testNode({
  services: {
    llama: { manager: 'supervisor', config: '/etc/a.conf', user: 'ml' },
    api: { manager: 'supervisor', config: '/etc/a.conf', unit: 'web:fastapi' },
    other: { manager: 'supervisor', config: '/etc/b.conf' },
    poller: { manager: 'pm2', user: 'ops' },
    lone: { manager: 'none' },
  },
});

const needsOf = (name: string) => {
  const service = node.services.find((it) => it.name === name);
  if (service === undefined) throw new Error(`no ${name}`);
  return serviceRunning.needs(service, node).states;
};

const answer = (state: StateWord, uptimeSeconds: number | null = null): ManagerAnswer => {
  const own: ServiceState = {
    unit: 'llama',
    state,
    said: state,
    pid: null,
    uptimeSeconds,
    restarts: null,
    exitCode: null,
    logs: [],
  };
  const young: ServiceState = { ...own, unit: 'web:fastapi', state: 'running', uptimeSeconds: 1 };
  return { reachable: true, via: 'test', services: [own, young] };
};

describe('service.running', () => {
  test('asks a manager once for all services under it', () => {
    expect(needsOf('llama').input).toEqual(needsOf('api').input);
    expect(needsOf('llama').input).toMatchObject({ units: ['llama', 'web:fastapi'] });
    expect(needsOf('other').input).not.toEqual(needsOf('llama').input);
  });

  test.each([
    ['running', 61, true],
    ['running', 59, false],
    ['running', null, false],
    ['starting', null, false],
    ['stopping', null, false],
    ['unknown', null, false],
    ['crashing', null, true],
    ['stopped', null, true],
    ['failed', null, true],
    ['missing', null, true],
  ] as const)('of a unit that is %s for %s s the first look settles it: %s', (state, uptime, isSettled) => {
    expect(needsOf('llama').sampling?.settled(answer(state, uptime))).toBe(isSettled);
  });

  test('looks once only where the manager can not be asked', () => {
    const gone = { reachable: false, reason: 'stopped', say: 'it ended' } as const;
    expect(needsOf('llama').sampling?.settled(gone)).toBe(true);
  });
});

test('each manager of a node is judged once, under a name of its own', () => {
  expect(managersOf(node).map(({ id, units }) => [id, units])).toEqual([
    ['manager:supervisor:/etc/a.conf', ['llama', 'web:fastapi']],
    ['manager:supervisor:/etc/b.conf', ['other']],
    ['manager:pm2', ['poller']],
  ]);
});
