import { describe, expect, test } from 'vitest';
import { containerState, isUnclearEnd } from '../../../src/services/compose-states.ts';
import type { ContainerFacts } from '../../../src/services/engine-inspect.ts';

const facts: ContainerFacts = {
  id: '0f',
  name: 'lab-llama-1',
  status: 'running',
  pid: 12,
  exitCode: 0,
  oomKilled: false,
  error: '',
  startedAt: 1_000,
  finishedAt: null,
  restarts: 0,
  restartPolicy: { name: 'no', most: 0 },
  health: null,
  image: 'ollama/ollama',
  imageId: null,
  ports: [],
  mounts: [],
  devices: [],
  deviceRequests: [],
  runtime: 'runc',
  networkMode: 'host',
  networks: [],
  user: '',
  tty: false,
  stopSeconds: 10,
  memoryLimitBytes: null,
  shmBytes: null,
  logDriver: null,
  env: {},
};
const health = (status: string) => ({ status, failingStreak: 1, lastExitCode: 1, lastLine: null, lastAt: null });
const port = (protocol: string, hostIp: string) => ({ port: 80, protocol, hostIp, hostPort: 8_080 });
const always = { name: 'always', most: 0 };
const onFailure = { name: 'on-failure', most: 3 };
const ended = { status: 'exited', pid: null, exitCode: 1 };
const unstarted = { status: 'created', pid: null, startedAt: null };

describe('what an engine says of a container', () => {
  test.each<[Partial<ContainerFacts>, string, string]>([
    [{}, 'running', 'running'],
    [{ health: health('healthy') }, 'running', 'running (healthy)'],
    [{ health: health('unhealthy') }, 'running', 'running (unhealthy)'],
    [{ health: health('starting') }, 'starting', 'running (health: starting)'],
    [{ status: 'paused' }, 'stopped', 'paused'],
    [{ status: 'restarting', pid: null, exitCode: 3 }, 'crashing', 'restarting (3)'],
    [{ status: 'removing', pid: null }, 'stopping', 'removing'],
    [{ status: 'dead', pid: null, exitCode: 137 }, 'failed', 'dead (137)'],
    [{ status: 'stopped', pid: null }, 'unknown', 'stopped'],
    [unstarted, 'stopped', 'created'],
    [
      {
        ...unstarted,
        error:
          'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/x": stat /x: no such file',
      },
      'failed',
      'created, exec: "/x": stat /x: no such file',
    ],
    [{ ...ended, exitCode: 0 }, 'finished', 'exited (0)'],
    [ended, 'failed', 'exited (1)'],
    [{ ...ended, exitCode: 143 }, 'stopped', 'exited (143)'],
    [{ ...ended, exitCode: 137 }, 'failed', 'exited (137)'],
    [{ ...ended, exitCode: 137, oomKilled: true }, 'failed', 'exited (137), out of memory'],
    // Whoever is started again after every end has ended because somebody stopped it.
    [{ ...ended, exitCode: 137, restartPolicy: always }, 'stopped', 'exited (137)'],
    [{ ...ended, restartPolicy: onFailure, restarts: 3 }, 'failed', 'exited (1)'],
    [{ ...ended, restartPolicy: onFailure, restarts: 1 }, 'stopped', 'exited (1)'],
    [
      { ...ended, restartPolicy: always, error: 'port is already allocated' },
      'failed',
      'exited (1), port is already allocated',
    ],
  ])('%j', (changed, state, said) => {
    expect(containerState('llama', { ...facts, ...changed }, 1_060, false)).toMatchObject({
      unit: 'llama',
      state,
      said,
    });
  });

  test('its age is by the clock of the engine, and never less than none', () => {
    expect(containerState('llama', facts, 1_060, false)).toMatchObject({ pid: 12, uptimeSeconds: 60, exitCode: null });
    expect(containerState('llama', facts, 999, false)).toMatchObject({ uptimeSeconds: 0 });
    expect(containerState('llama', facts, null, false)).toMatchObject({ uptimeSeconds: null });
    expect(containerState('llama', { ...facts, ...unstarted, exitCode: 128 }, 1_060, false)).toMatchObject({
      exitCode: null,
    });
  });

  test('only somebody who told it to end tells a kill from a fault', () => {
    const killed = { ...facts, ...ended, exitCode: 137 };
    expect(isUnclearEnd(killed)).toBe(true);
    expect(containerState('llama', killed, 1_060, true).state).toBe('stopped');
    for (const clear of [{ oomKilled: true }, { exitCode: 1 }, { restartPolicy: always }, { status: 'running' }])
      expect(isUnclearEnd({ ...killed, ...clear })).toBe(false);
  });

  test('a port that is opened on IPv4 and IPv6 is one, and UDP is none', () => {
    const ports = [port('tcp', '0.0.0.0'), port('tcp', '::'), port('udp', '0.0.0.0')];
    expect(containerState('web', { ...facts, ports }, 1_060, false).publishes).toEqual([
      { hostPort: 8_080, port: 80, pid: 12 },
    ]);
  });
});
