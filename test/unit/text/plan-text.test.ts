import { describe, expect, test } from 'vitest';
import { approvalCode } from '../../../src/text/approval-code.ts';
import { createPaint } from '../../../src/text/paint.ts';
import { planList } from '../../../src/text/plan-list.ts';
import { planText, type PlanPage } from '../../../src/text/plan-text.ts';
import { changeSet, digestOf } from '../../support/change-set.ts';

const page: PlanPage = {
  node: { ssh: { host: 'gpu-1', agent: true }, transport: 'ssh', labels: {}, simulated: [] },
  at: 1_000_000 + 90_000,
  minutes: 15,
  width: 80,
  paint: createPaint(false),
};
const [restart] = changeSet().changes;
if (restart === undefined) throw new Error('no change');
const text = (set = changeSet(), over: Partial<PlanPage> = {}) => planText(set, { ...page, ...over });

describe('a plan as a person reads it', () => {
  test('says what, on what, with which risk, who notices, the proof, the way back, who wants it and why', () => {
    expect(text()).toEqual([
      'Plan for gpu-1: 1 change',
      '',
      'Restart llama under supervisor.',
      '  does       service.restart { "service": "llama" } on service:llama',
      '  risk       a person has to approve it',
      '  notices    The 3 requests that llama is answering are cut off.',
      '  proof      llama runs under a new pid for 15 s.',
      '  undo       Nothing takes it back.',
      '',
      '  wanted by  agent, by service_restart, planned 1 min 30 s ago',
      '  why        in the words of agent:',
      '    | llama has not answered since 02:41',
      `  digest     ${digestOf('a')}`,
      '  your yes   counts once, within 15 min. It is planned again before it is done,',
      '             and done only if the plan is still this one.',
    ]);
  });

  test('numbers several changes, and says how each is taken back', () => {
    const undo = { action: 'text.restore', args: {}, what: 'The file of before is put back.' };
    const lines = text(changeSet({ changes: [{ ...restart, what: 'Write the file.', undo }, restart] }));
    expect(lines[0]).toBe('Plan for gpu-1: 2 changes');
    expect(lines).toContain('1. Write the file.');
    expect(lines).toContain('  undo       The file of before is put back.');
    expect(lines).toContain('2. Restart llama under supervisor.');
  });

  test('says what is missing: nobody who notices, nothing that proves it', () => {
    const lines = text(changeSet({ changes: [{ ...restart, risk: 'safe', drops: [], proves: [] }] }));
    expect(lines).toContain('  risk       safe: a rule may let automation do it');
    expect(lines).toContain('  notices    Nobody else.');
    expect(lines).toContain('  proof      Nothing proves it.');
  });

  test('says which machine that is, and what of it is not real', () => {
    const ssh = { host: '10.0.0.13', agent: true };
    const labels = { rack: 'b2' };
    expect(text(changeSet(), { node: { ...page.node, ssh, labels, simulated: ['gpu'] } }).slice(0, 2)).toEqual([
      'Plan for gpu-1 (10.0.0.13, rack=b2): 1 change',
      'Simulated there: gpu',
    ]);
    expect(text(changeSet(), { node: { ...page.node, transport: 'local' } })[0]).toBe(
      'Plan for gpu-1 (this machine): 1 change',
    );
  });

  test('colours a diff, and marks what goes on in the next line', () => {
    const diff = ['@@ -1 +1 @@', '-short', `+${'x'.repeat(80)}\ty`, ' same'];
    const lines = text(changeSet({ changes: [{ ...restart, diff }] }), { paint: (ink, inked) => `<${ink}>${inked}` });
    expect(lines.filter((line) => line.includes('<dim>|'))).toEqual([
      '    <dim>| <cyan>@@ -1 +1 @@',
      '    <dim>| <red>-short',
      `    <dim>| <green>+${'x'.repeat(71)}`,
      `    <dim>| <green>> ${'x'.repeat(9)}    y`,
      '    <dim>|  same',
      '    <dim>| llama has not answered since 02:41',
    ]);
  });

  test.each([40, 60, 80, 100])('fits into %d columns', (width) => {
    const diff = [`+${'wide 字'.repeat(40)}`];
    const changes = [{ ...restart, diff, what: 'A long sentence, '.repeat(9), drops: ['word '.repeat(50)] }];
    const lines = text(changeSet({ changes, why: 'why '.repeat(70) }), { width });
    expect(lines.filter((line) => line.replaceAll('字', '  ').length > width && !line.includes('digest'))).toEqual([]);
  });
});

test('the code to type is short, plain to read, and no part of the digest', () => {
  const codes = Array.from({ length: 500 }, (_, number) => number.toString(16).padStart(64, '0')).map((digest) => {
    const code = approvalCode(digest);
    expect(code).toMatch(/^[2-9a-km-np-z]{6}$/);
    expect(digest).not.toContain(code);
    expect(approvalCode(digest)).toBe(code);
    return code;
  });
  expect(new Set(codes).size).toBe(500);
});

test('plans that wait are a table, and none is said to be none', () => {
  const size = { width: 80, paint: createPaint(false) };
  expect(planList([], 0, size)).toBe('No plan waits for an approval.');
  const hostile = changeSet({ node: 'gpu-1\u001b[2J', principal: 'agent\nroot' });
  expect(planList([hostile], 1_090_000, size).split('\n').slice(0, 2)).toEqual([
    'Plan      Node   What                             Wanted by   Age',
    'aaaaaaaa  gpu-1  Restart llama under supervisor.  agent root  1 min 30 s',
  ]);
});
