import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { modelQuarantine } from '../../../src/actions/model-quarantine.ts';
import { modelRestore } from '../../../src/actions/model-restore.ts';
import { moveFile } from '../../../src/actions/moving.ts';
import type { Finding } from '../../../src/core/report.ts';
import { testNode } from '../../support/node.ts';
import { replayed, reply, type RecordedReply } from '../../support/replay.ts';

const here = new URL('.', import.meta.url);
const said = (replies: readonly RecordedReply[]) => replies.map((each) => reply(each, here));
const path = '/m/a.gguf';
const node = testNode({
  services: {
    llama: { manager: 'none', models: [{ path }, { path: '/m/b.gguf' }], become: 'sudo' },
    api: { manager: 'none', needs: ['llama'] },
  },
});
const args = { service: 'llama', path };
const finding = (check: string, status: Finding['status'], subject = `model:${path}`): Finding => ({
  node: node.name,
  check,
  subject,
  status,
  service: 'llama',
  summary: `${check} says so.`,
  layer: 'model',
  role: 'finding',
  evidence: [],
});
const broken = [finding('model.complete', 'critical'), finding('model.present', 'ok')];
const gone: RecordedReply = { trouble: { errno: 'ENOENT' } };
const file: RecordedReply = { stat: { size: 7, mtimeMs: 9_900 } };
const real: RecordedReply = { exec: { exitCode: 0, stdout: `${path}\n` } };
const mark = createHash('sha256').update('7-9').digest('hex').slice(0, 12);
const to = `${path}.quarantined-${mark}`;
const before = { from: path, to, size: 7, at: 9 };

const plan = (findings: readonly Finding[], rounds: readonly (readonly RecordedReply[])[], more: object = {}) =>
  replayed('plan', modelQuarantine.plan({ ...args, ...more }, node, findings), rounds.map(said));

describe('model.quarantine', () => {
  test('plans another name, which is of this file only', () => {
    expect(plan(broken, [[file, real], [file], [gone]])).toEqual({
      can: true,
      subject: `model:${path}`,
      service: 'llama',
      risk: 'approve',
      what: `Rename ${path} (7 B) to ${to}.`,
      drops: ['llama reads it; whether it runs is not known, for nothing supervises it.', 'api needs what reads it.'],
      proves: [`Nothing stands at ${path}, and what stood there stands at ${to}.`],
      undo: { action: 'model.restore', args: { ...args, mark }, what: expect.stringContaining(to) },
      world: { size: 7, at: 9, type: 'file', to },
      before,
    });
  });

  test('judges this model before, and no other', () => {
    const { checks, services } = modelQuarantine.guards(args, node);
    expect(services).toEqual(['llama']);
    expect(new Set(checks.flatMap((check) => check.subjects(node).map(({ id }) => id)))).toEqual(
      new Set([`model:${path}`]),
    );
  });

  test.each<[string, readonly Finding[], RegExp]>([
    [
      'that is fine',
      [finding('model.complete', 'ok'), finding('model.visible', 'not_applicable')],
      /is not broken, as far as is seen\.$/,
    ],
    [
      'of which not all is known',
      [finding('model.complete', 'unknown')],
      /is not broken, as far as is seen\. model\.complete says so\.$/,
    ],
    ['that nobody has judged', [], /is not broken, as far as is seen\.$/],
    ['where another is broken', [finding('model.complete', 'critical', 'model:/m/b.gguf')], /is not broken/],
    ['that still grows', [...broken, finding('model.stable', 'critical')], /is not finished\. model\.stable says so/],
    ['that somebody writes', [finding('model.writers', 'critical')], /is not finished/],
  ])('refuses one %s', (_, findings, because) =>
    expect(plan(findings, [])).toMatchObject({ can: false, because: expect.stringMatching(because) }),
  );

  test.each<[string, readonly (readonly RecordedReply[])[], RegExp]>([
    [
      'that is a link',
      [[{ stat: { size: 7, link: '../x' } }, { exec: { exitCode: 0, stdout: '/store/x\n' } }]],
      /is a link to \/store\/x: the file there may belong to others/,
    ],
    [
      'that is a link to nowhere',
      [[{ trouble: { errno: 'ENOENT', link: '../x' } }, { exec: { exitCode: 1 } }]],
      /is a link to \.\.\/x/,
    ],
    ['that is not there', [[gone, real], [gone]], /nothing at \/m\/a\.gguf/],
    ['that is a pipe', [[file, real], [{ stat: { type: 'fifo' } }]], /is a fifo/],
    ['whose new name is taken', [[file, real], [file], [file]], /quarantined-\w+ is there already/],
  ])('refuses one %s', (_, rounds, because) =>
    expect(plan(broken, rounds)).toMatchObject({ can: false, because: expect.stringMatching(because) }),
  );

  test('needs no broken model where a reason is given', () =>
    expect(plan([], [[file, real], [file], [gone]], { reason: 'It answers nonsense.' })).toMatchObject({
      can: true,
      what: `Rename ${path} (7 B) to ${to}. Reason: It answers nonsense.`,
    }));

  const change = plan(broken, [[file, real], [file], [gone]]);
  if (!change.can) throw new Error(change.because);
  const ordered = replayed('order', modelQuarantine.order(args, node, change), []);

  test('sends constant words, names, size and time', () =>
    expect(ordered.command).toMatchObject({
      become: 'sudo',
      ask: { words: ['sh', '-c', moveFile, 'rackhand', path, to, '7', '9'] },
    }));

  test.each([
    [0, 'done', ''],
    [65, 'failed', 'Nothing was renamed: it is no longer as this was planned.\nx'],
    [77, 'failed', 'Nothing was renamed: the login user may not.\nx'],
    [74, 'failed', 'It could not be renamed.\nx'],
  ])('reads exit code %i', (exitCode, how, text) => {
    const [ended] = said([{ exec: { exitCode, stderr: exitCode === 0 ? '' : 'x' } }]);
    if (ended === undefined) throw new Error('no reply');
    expect(ordered.read(ended)).toEqual({ how, said: text });
  });

  test.each<[string, RecordedReply, RecordedReply, object]>([
    ['done', gone, file, { is: 'done', mark: to }],
    ['done, though a new one came', { stat: { size: 8, mtimeMs: 9_000 } }, file, { is: 'done', mark: to }],
    ['not done', file, gone, { is: 'not_done' }],
    ['unclear when both are gone', gone, gone, { is: 'unclear' }],
    ['unclear when another was put there', gone, { stat: { size: 8, mtimeMs: 9_000 } }, { is: 'unclear' }],
  ])('is %s', (_, old, now, is) =>
    expect(replayed('done', modelQuarantine.done(args, node, before), [said([old, now])])).toMatchObject(is),
  );
});

const planBack = (...answers: readonly RecordedReply[]) =>
  replayed('plan', modelRestore.plan({ ...args, mark }, node, []), [said(answers)]);

describe('model.restore', () => {
  test('plans the way back', () =>
    expect(planBack(file, gone)).toMatchObject({
      can: true,
      undo: { action: 'model.quarantine', args: { ...args, reason: expect.any(String) } },
      world: { size: 7, at: 9, type: 'file', from: to },
      before: { from: to, to: path, size: 7, at: 9 },
    }));

  test.each<[string, RecordedReply, RecordedReply, RegExp]>([
    ['what is gone', gone, gone, /nothing at .* to rename back/],
    ['what is another file', { stat: { size: 8, mtimeMs: 9_000 } }, gone, /size or time is another/],
    ['what would replace a file', file, file, /Something stands at \/m\/a\.gguf now/],
  ])('refuses %s', (_, kept, there, because) =>
    expect(planBack(kept, there)).toMatchObject({ can: false, because: expect.stringMatching(because) }),
  );

  test('takes no name but its own', () =>
    expect(modelRestore.args.safeParse({ ...args, mark: '/../../etc/x' }).success).toBe(false));
});
