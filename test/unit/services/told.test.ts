import { describe, expect, test } from 'vitest';
import { capture } from '../../../src/core/capture.ts';
import type { ExecReply, HttpAnswer } from '../../../src/core/command.ts';
import { pm2Outcome } from '../../../src/services/pm2-tell.ts';
import { supervisorOutcome } from '../../../src/services/supervisor-tell.ts';
import { told } from '../../../src/services/told.ts';

const timed = { at: 0, ms: 0 };
const unsure = /^Whether (?:supervisord|pm2) carried out the restart is not known: /;

const ok = '<value><boolean>1</boolean></value>';
const fault = (code: number, text: string) =>
  `<value><struct><member><name>faultCode</name><value><int>${code}</int></value></member><member><name>faultString</name><value><string>${text}</string></value></member></struct></value>`;
const several = (...values: string[]) =>
  `<methodResponse><params><param><value><array><data>${values.join('')}</data></array></value></param></params></methodResponse>`;
const answer = (body: string, status = 200): HttpAnswer => ({
  ok: true,
  status,
  headers: {},
  body: capture(body),
  ...timed,
});
const printed = (stdout: string, exitCode: number | null = 0): ExecReply => ({
  exitCode,
  signal: null,
  stdout: capture(stdout),
  stderr: capture(''),
  ...timed,
});

describe('what supervisord answers to a restart', () => {
  const shutting = '<methodResponse><fault>' + fault(6, 'SHUTDOWN_STATE') + '</fault></methodResponse>';

  test.each([
    [several(ok, ok), { how: 'done', said: 'stop: ok; start: ok' }],
    [several(fault(70, 'NOT_RUNNING: llama'), ok), { how: 'done', said: 'stop: NOT_RUNNING: llama; start: ok' }],
    [several(ok, fault(50, 'SPAWN_ERROR: llama')), { how: 'failed', said: 'stop: ok; start: SPAWN_ERROR: llama' }],
    [several(ok, fault(70, 'NOT_RUNNING: llama')), { how: 'failed' }],
    [several(fault(30, 'FAILED: x'), fault(60, 'ALREADY_STARTED: x')), { how: 'failed' }],
    [shutting, { how: 'failed', said: 'SHUTDOWN_STATE' }],
  ])('is read', (body, outcome) => expect(supervisorOutcome(answer(body), 'restart')).toMatchObject(outcome));

  test.each([
    several(ok),
    several(ok, ok, ok),
    several(),
    several(ok, '<value><boolean>0</boolean></value>'),
    several(ok, ''),
  ])('is no answer when it is something else: %s', (body) =>
    expect(() => supervisorOutcome(answer(body), 'restart')).toThrow(unsure),
  );

  test('is a refusal where it wants a login, and leaves it open where it broke', () => {
    expect(supervisorOutcome(answer('', 401), 'restart')).toEqual({ how: 'failed', said: 'HTTP 401' });
    expect(() => supervisorOutcome(answer('', 500), 'restart')).toThrow(unsure);
    const trouble = { ok: false, message: 'it says so', ...timed } as const;
    expect(supervisorOutcome({ ...trouble, reason: 'refused' }, 'restart')).toEqual({
      how: 'failed',
      said: 'it says so',
    });
    expect(() => supervisorOutcome({ ...trouble, reason: 'timeout' }, 'restart')).toThrow(unsure);
  });
});

describe('what a pm2 daemon answers to a restart', () => {
  test.each([
    ['{"told":2,"of":2}', { how: 'done', said: 'restarted 2 instances' }],
    [
      '{"told":1,"of":3,"trouble":"Process 4 exists"}',
      { how: 'failed', said: 'restarted 1 of 3 instances, then: Process 4 exists' },
    ],
    ['{"told":0,"of":0,"trouble":"it has no app of this name"}', { how: 'failed', said: 'it has no app of this name' }],
    [
      '{"error":"ECONNREFUSED","sent":false,"told":0}',
      { how: 'failed', said: 'its daemon was not told (ECONNREFUSED)' },
    ],
  ])('is read: %s', (text, outcome) => expect(pm2Outcome(printed(text), 'restart')).toEqual(outcome));

  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"told":1,"of":2}',
    '{"told":0,"of":0}',
    '{"error":"CLOSED","sent":true,"told":1}',
  ])('is no answer when it is something else: %s', (text) =>
    expect(() => pm2Outcome(printed(text), 'restart')).toThrow(unsure),
  );

  test('is none of a question that was ended, and a refusal where there is no node', () => {
    expect(() => pm2Outcome(printed('{"told":2,"of":2}', null), 'restart')).toThrow(unsure);
    expect(pm2Outcome(printed('node: not found\n', 127), 'restart')).toEqual({
      how: 'failed',
      said: 'node: not found',
    });
  });
});

test('what a manager says is one short line without secrets', () => {
  const { said } = told('failed', `\u001b[31mline one\nline two password=hunter2 ${'x'.repeat(400)}`);
  expect(said).toMatch(/^line one line two password=\[redacted\] x+…$/);
  expect(said).toHaveLength(300);
});
