import { describe, expect, test } from 'vitest';
import { logRotate } from '../../../src/actions/log-rotate.ts';
import { rotateLog } from '../../../src/actions/rotate-log.ts';
import { testNode } from '../../support/node.ts';
import { replayed, reply, type RecordedReply } from '../../support/replay.ts';

const here = new URL('.', import.meta.url);
const said = (replies: readonly RecordedReply[]) => replies.map((each) => reply(each, here));
const path = '/var/log/app.log';
const node = testNode({ services: { app: { manager: 'none', logs: [path], become: 'sudo' } } });
const args = { service: 'app', path };
const mebibyte = 1_048_576;
const file: RecordedReply = { stat: { size: 10 * mebibyte, mode: 0o640, uid: 1, gid: 2 } };
const room = (freeBytes: number): RecordedReply => ({ space: { totalBytes: 1, freeBytes, inodes: 1, freeInodes: 1 } });
const beside = (...names: string[]): RecordedReply => ({ list: { entries: names.map((name) => ({ name, size: 1 })) } });
const much = room(12 * mebibyte);
const gone: RecordedReply = { trouble: { errno: 'ENOENT' } };

const plan = (answers: readonly RecordedReply[], wanted = args) =>
  replayed('plan', logRotate.plan(wanted, node, []), answers.length === 0 ? [] : [said(answers)]);

describe('log.rotate', () => {
  test('plans what does not change while the log grows', () => {
    const change = plan([file, beside('app.log', 'app.log.1', 'app.log.3', 'app.log.7', 'other.log.gz'), much]);
    expect(change).toEqual({
      can: true,
      subject: `log:${path}`,
      service: 'app',
      risk: 'approve',
      what: `Copy ${path} to ${path}.1 and empty it in place; older copies move up to ${path}.5 at most. Nothing takes this back: the text stays in ${path}.1.`,
      drops: [
        'What is written in the moment between the copy and the cut is lost.',
        'A program that does not open it for appending goes on behind a hole of its old size.',
      ],
      proves: [`${path} is smaller than it was, and ${path}.1 is as large as it was.`],
      undo: null,
      world: { mode: 0o640, uid: 1, gid: 2, kept: [1, 3] },
      before: { size: 10 * mebibyte },
    });
    const later: RecordedReply = { stat: { size: 10.5 * mebibyte, mode: 0o640, uid: 1, gid: 2 } };
    const grown = plan([later, beside('app.log', 'app.log.1', 'app.log.3'), much]);
    expect({ ...grown, before: 0 }).toEqual({ ...change, before: 0 });
  });

  test('says which copy is lost', () => {
    const all = [1, 2, 3, 4, 5].map((number) => `app.log.${number}`);
    expect(plan([file, beside(...all), much])).toMatchObject({
      drops: expect.arrayContaining([`${path}.5, the oldest copy, is lost.`]),
    });
  });

  test.each<[string, readonly RecordedReply[], RegExp]>([
    ['a link', [{ stat: { size: 10 * mebibyte, link: '/dev/stdout' } }, beside(), much], /is a link to \/dev\/stdout/],
    ['nothing', [gone, beside(), much], /can not be looked at: ENOENT/],
    ['a pipe', [{ stat: { type: 'fifo' } }, beside(), much], /is a fifo/],
    ['a small log', [{ stat: { size: mebibyte - 1 } }, beside(), much], /has 1024\.0 KiB only|has 1024 KiB only/],
    ['one that logrotate keeps', [file, beside('app.log.2.gz'), much], /app\.log\.2\.gz lies beside/],
    ['one that is kept by date', [file, beside('app.log-20261120'), much], /app\.log-20261120 lies beside/],
    ['one that is kept under other names', [file, beside('app.1.log'), much], /app\.1\.log lies beside/],
    ['one in a closed folder', [file, { trouble: { errno: 'EACCES' } }, much], /\/var\/log can not be listed: EACCES/],
    [
      'one without room',
      [file, beside(), room(10 * mebibyte)],
      /has 10\.0 MiB free, and the copy of .* takes 10\.0 MiB/,
    ],
    ['one whose room is not known', [file, beside(), gone], /room in \/var\/log could not be told/],
  ])('refuses %s', (_, answers, because) =>
    expect(plan(answers)).toMatchObject({ can: false, because: expect.stringMatching(because) }),
  );

  test('refuses a log that is not of the service', () =>
    expect(plan([], { service: 'app', path: '/var/log/ap.log' })).toMatchObject({
      can: false,
      because: expect.stringContaining(`Did you mean ${path}?`),
    }));

  const ordered = replayed('order', logRotate.order(args, node, plan([file, beside(), much]) as never), []);

  test('sends constant words and names', () =>
    expect(ordered.command).toMatchObject({
      become: 'sudo',
      ask: { words: ['sh', '-c', rotateLog, 'rackhand', path, '/var/log/.app.log.rackhand-new-', '1048576'] },
    }));

  test.each([
    [0, 'done', ''],
    [65, 'failed', 'It was left as it is: it is no longer as this was planned.\nx'],
    [73, 'failed', 'It was left as it is: there is no room for the copy.\nx'],
    [77, 'failed', 'It was left as it is: the login user may not.\nx'],
  ])('reads exit code %i', (exitCode, how, text) => {
    const [ended] = said([{ exec: { exitCode, stderr: exitCode === 0 ? '' : 'x' } }]);
    if (ended === undefined) throw new Error('no reply');
    expect(ordered.read(ended)).toEqual({ how, said: text });
  });

  test.each<[string, RecordedReply, RecordedReply, object]>([
    ['done', { stat: { size: 3 } }, { stat: { size: 120, mtimeMs: 5_000 } }, { is: 'done', mark: '120 5' }],
    ['not done', { stat: { size: 100 } }, gone, { is: 'not_done' }],
    ['not done while the log is not cut', { stat: { size: 130 } }, { stat: { size: 120 } }, { is: 'not_done' }],
    ['unclear when there is no copy', { stat: { size: 3 } }, gone, { is: 'unclear' }],
    ['unclear when the copy is short', { stat: { size: 3 } }, { stat: { size: 99 } }, { is: 'unclear' }],
    ['unclear when the log is gone', gone, gone, { is: 'unclear' }],
  ])('is %s', (_, log, copy, is) =>
    expect(replayed('done', logRotate.done(args, node, { size: 100 }), [said([log, copy])])).toMatchObject(is),
  );
});
