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
    const change = plan([
      file,
      beside('app.log', 'app.log.1.gz', 'app.log.3.gz', 'app.log.7.gz', 'other.log.gz'),
      much,
    ]);
    expect(change).toEqual({
      can: true,
      subject: `log:${path}`,
      service: 'app',
      risk: 'approve',
      what: `Pack ${path} into ${path}.1.gz and empty it in place; older ones move up to ${path}.5.gz at most. Nothing takes this back: the text stays in ${path}.1.gz.`,
      drops: [
        'What is written in the moment between the packing and the cut is lost.',
        'A program that does not open it for appending goes on behind a hole of its old size.',
      ],
      proves: [`${path} is smaller than it was, and ${path}.1.gz is new.`],
      undo: null,
      world: { mode: 0o640, uid: 1, gid: 2, kept: [1, 3] },
      before: { size: 10 * mebibyte, packed: { size: 1, at: 0, type: 'file' } },
    });
    const later: RecordedReply = { stat: { size: 10.5 * mebibyte, mode: 0o640, uid: 1, gid: 2 } };
    const grown = plan([later, beside('app.log', 'app.log.1.gz', 'app.log.3.gz'), much]);
    expect({ ...grown, before: 0 }).toEqual({ ...change, before: 0 });
  });

  test('says which copy is lost', () => {
    const all = [1, 2, 3, 4, 5].map((number) => `app.log.${number}.gz`);
    expect(plan([file, beside(...all), much])).toMatchObject({
      drops: expect.arrayContaining([`${path}.5.gz, the oldest, is lost.`]),
    });
  });

  test.each<[string, readonly RecordedReply[], RegExp]>([
    ['a link', [{ stat: { size: 10 * mebibyte, link: '/dev/stdout' } }, beside(), much], /is a link to \/dev\/stdout/],
    ['nothing', [gone, beside(), much], /can not be looked at: ENOENT/],
    ['a pipe', [{ stat: { type: 'fifo' } }, beside(), much], /is a fifo/],
    ['a small log', [{ stat: { size: mebibyte - 1 } }, beside(), much], /has 1024\.0 KiB only|has 1024 KiB only/],
    ['one that logrotate keeps', [file, beside('app.log.2.gz', 'app.log.1'), much], /app\.log\.1 lies beside/],
    ['one that is kept by date', [file, beside('app.log-20261120'), much], /app\.log-20261120 lies beside/],
    ['one that is kept under other names', [file, beside('app.1.log'), much], /app\.1\.log lies beside/],
    ['one in a closed folder', [file, { trouble: { errno: 'EACCES' } }, much], /\/var\/log can not be listed: EACCES/],
    [
      'one without room',
      [file, beside(), room(1.9 * mebibyte)],
      /has 1\.9 MiB free, too little to pack the 10\.0 MiB of/,
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
    [69, 'failed', 'It was left as it is: there is no gzip.\nx'],
    [73, 'failed', 'It was left as it is: there is no room to pack it.\nx'],
    [77, 'failed', 'It was left as it is: the login user may not.\nx'],
  ])('reads exit code %i', (exitCode, how, text) => {
    const [ended] = said([{ exec: { exitCode, stderr: exitCode === 0 ? '' : 'x' } }]);
    if (ended === undefined) throw new Error('no reply');
    expect(ordered.read(ended)).toEqual({ how, said: text });
  });

  const packed = { size: 20, at: 5, type: 'file' };
  const newer: RecordedReply = { stat: { size: 20, mtimeMs: 6_000 } };
  const same: RecordedReply = { stat: { size: 20, mtimeMs: 5_000 } };
  test.each<[string, RecordedReply, RecordedReply, object]>([
    ['done', { stat: { size: 3 } }, newer, { is: 'done', mark: '20 6' }],
    ['not done', { stat: { size: 100 } }, gone, { is: 'not_done' }],
    ['not done while the log is not cut', { stat: { size: 130 } }, newer, { is: 'not_done' }],
    ['unclear when nothing was packed', { stat: { size: 3 } }, gone, { is: 'unclear' }],
    ['unclear when what is packed is of before', { stat: { size: 3 } }, same, { is: 'unclear' }],
    ['unclear when the log is gone', gone, gone, { is: 'unclear' }],
  ])('is %s', (_, log, copy, is) =>
    expect(replayed('done', logRotate.done(args, node, { size: 100, packed }), [said([log, copy])])).toMatchObject(is),
  );
});
