import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { capture } from '../../../src/core/capture.ts';
import type { ExecReply } from '../../../src/core/command.ts';
import { supervisorStatusText } from '../../../src/services/supervisor-status-text.ts';

const folder = new URL('../../fixtures/supervisor/', import.meta.url);

/** What supervisorctl 4.2.5 answered on Debian 12. */
function recorded(name: string): ExecReply {
  const file = readdirSync(folder).find((entry) => entry.startsWith(name));
  const text = readFileSync(new URL(file ?? name, folder), 'utf8');
  const [, stdout = '', stderr = '', exit] =
    /--- stdout\n([\s\S]*)--- stderr\n([\s\S]*)--- exit (\d+)/.exec(text) ?? [];
  return { exitCode: Number(exit), signal: null, stdout: capture(stdout), stderr: capture(stderr), at: 0, ms: 0 };
}

const rows = (name: string) => {
  const answer = supervisorStatusText(recorded(name));
  return answer.reachable ? answer.services.map(({ unit, state }) => `${unit} ${state}`) : [answer.reason];
};

describe('supervisorctl status', () => {
  test('is read whatever the width of its columns', () => {
    expect(rows('01-')).toEqual([
      'a-very-long-program-name-that-exceeds-thirty-characters running',
      'comfy:comfy-a running',
      'comfy:comfy-b finished',
      'exited-bad finished',
      'exited-ok finished',
      'exited-signal finished',
      'fastapi running',
      'fatal-chdir failed',
      'fatal-crash failed',
      'fatal-nocmd failed',
      'fatal-notexec failed',
      'fatal-user failed',
      'llama crashing',
      'never-started stopped',
      'slow-start starting',
      'stopped-by-hand running',
      'stubborn running',
      'worker-gpu:worker-gpu_00 running',
      'worker-gpu:worker-gpu_01 running',
    ]);
  });

  test.each([
    ['03-', 0, 'llama crashing'],
    ['04-', 0, 'slow-start starting'],
    ['26-', 0, 'stubborn stopping'],
    ['05-', 3, 'fatal-nocmd failed'],
    ['06-', 3, 'exited-bad finished'],
    ['25-', 3, 'stopped-by-hand stopped'],
    ['12-', 4, 'fastapi running'],
  ])('%s, which ended with %i, says: %s', (name, exitCode, row) => {
    expect(recorded(name).exitCode).toBe(exitCode);
    expect(rows(name)).toEqual([row]);
  });

  test.each([
    ['35-', 'stopped'],
    ['36-', 'stopped'],
    ['58-', 'stale'],
    ['48-', 'denied'],
    ['54-', 'unauthorized'],
    ['57-', 'shutting_down'],
    ['37-', 'absent'],
  ])('%s is no list, but says that it is %s', (name, reason) => expect(rows(name)).toEqual([reason]));

  test.each([
    ['44-', 86_400, 2 * 86_400],
    ['45-', 3 * 86_400, 4 * 86_400],
    ['46-', 120 * 86_400, 121 * 86_400],
    ['47-', 0, 1],
  ])('%s tells an uptime of %i s to %i s', (name, least, most) => {
    const answer = supervisorStatusText(recorded(name));
    const [state] = answer.reachable ? answer.services : [];
    expect(state?.pid).toBeGreaterThan(0);
    expect(state?.uptimeSeconds).toBeGreaterThanOrEqual(least);
    expect(state?.uptimeSeconds).toBeLessThan(most);
  });

  test('that says something new is unreadable, and so is one that only knows no such process', () => {
    expect(() => rows('07-')).toThrow('ended with 4');
    const odd = { ...recorded('07-'), exitCode: 1, stdout: capture('Traceback (most recent call last):') };
    expect(() => supervisorStatusText(odd)).toThrow(expect.objectContaining({ code: 'OUTPUT_UNREADABLE' }));
  });

  test('of a supervisord without programs is an empty list', () => {
    const nothing = { ...recorded('07-'), exitCode: 0, stdout: capture('') };
    expect(supervisorStatusText(nothing)).toMatchObject({ reachable: true, services: [] });
  });
});
