import { describe, expect, test } from 'vitest';
import { fileEdit } from '../../../src/actions/file-edit.ts';
import { fileRestore } from '../../../src/actions/file-restore.ts';
import { beyondLimits } from '../../../src/actions/knob-limits.ts';
import { knobSet } from '../../../src/actions/knob-set.ts';
import { stepBelow } from '../../../src/actions/meant-knob.ts';
import { flagOf, setFlag } from '../../../src/actions/set-flag.ts';
import type { Plan } from '../../../src/core/action.ts';
import { knobSchema, knobValueSchema } from '../../../src/core/knob.ts';
import { sha256 } from '../../../src/core/sha256.ts';
import { testNode } from '../../support/node.ts';
import { replayed, reply, type RecordedReply } from '../../support/replay.ts';

const path = '/srv/start.sh';
const knobs = {
  parallel: { file: path, flag: '--parallel', tier: 1, min: 1, max: 16, step: 2, describe: 'Slots.' },
  CTX: { file: path, key: 'CTX', tier: 2 },
};
const probe = { url: 'http://127.0.0.1:8081/work' };
const node = testNode({
  services: { llama: { manager: 'none', knobs, probe }, silent: { manager: 'none', knobs } },
});
const before = '#!/bin/sh\n# --parallel: slots\nCTX=4096\nexec llama-server --parallel 4 "$@"\n';
const sum = (text: string) => sha256(new TextEncoder().encode(text));
const found = (text: string): RecordedReply[] => [
  { stat: { type: 'file', size: text.length, mode: 0o755, uid: 0, gid: 0 } },
  { exec: { exitCode: 0, stdout: `${path}\n` } },
  { read: { text } },
];
const said = (...rounds: RecordedReply[][]) =>
  rounds.map((replies) => replies.map((each) => reply(each, new URL('.', import.meta.url))));
const args = { service: 'llama', knob: 'parallel', to: '6' };
const plan = (more: Partial<typeof args> = {}, text: string | undefined = before): Plan =>
  replayed('plan', knobSet.plan({ ...args, ...more }, node, []), text === '' ? [] : said(found(text)));

describe('what follows a flag', () => {
  test.each([
    ['behind a blank', 'a --parallel 4 b', 'a --parallel 6 b'],
    ['behind =', 'a --parallel=4', 'a --parallel=6'],
    ['in quotes', 'a --parallel "4" b', 'a --parallel "6" b'],
    ['at the end of a quoted line', "command=sh -c 'a --parallel 4'", "command=sh -c 'a --parallel 6'"],
    ['before a line that goes on', 'a --parallel 4\\\n b', 'a --parallel 6\\\n b'],
    ['that is negative', 'a --parallel -1', 'a --parallel 6'],
    [
      'beside one that begins alike',
      '--parallel-x 1 --no--parallel 2 --parallel 4',
      '--parallel-x 1 --no--parallel 2 --parallel 6',
    ],
    [
      'beside what a comment says',
      '  # --parallel 1\n; --parallel 2\na --parallel 4\n',
      '  # --parallel 1\n; --parallel 2\na --parallel 6\n',
    ],
  ])('is set %s', (_, text, after) =>
    expect(setFlag(text, { flag: '--parallel', value: '6' })).toEqual({ text: after }),
  );

  test.each([
    ['where it does not occur', 'a --parallel-x 4', /does not occur/],
    ['where it occurs twice', 'a --parallel 4 --parallel=4', /occurs 2 times/],
    ['of a variable', 'a --parallel $N', /no.* plain value|not followed by a plain value/],
    ['of a variable in quotes', 'a --parallel "${N:-4}"', /not followed by a plain value/],
    ['that a variable goes on', 'a --parallel 4$N', /not followed by a plain value/],
    ['of another flag', 'a --parallel --x', /not followed by a plain value/],
    ['on the next line', 'a --parallel \\\n 4', /not followed by a plain value/],
    ['in an open quote', 'a --parallel "4', /not followed by a plain value/],
  ])('is not told %s', (_, text, because) =>
    expect(flagOf(text, '--parallel')).toEqual({ because: expect.stringMatching(because) }),
  );
});

const limits = (more: object, now: string, to: string) =>
  beyondLimits(knobSchema.parse({ file: path, key: 'K', tier: 1, ...more }), now, to);

describe('how far a knob goes', () => {
  test.each<[object, string, string]>([
    [{}, 'auto', 'off'],
    [{ min: 1, max: 16, step: 2 }, '4', '6'],
    [{ min: 1, max: 16, step: 2 }, '4', '2'],
    [{ step: 0.1 }, '0.7', '0.8'],
    [{ min: 0, max: 1 }, '0.5', '0.7'],
    [{ min: 1, max: 8, step: 2 }, '20', '18'],
    [{ min: 1, max: 8 }, 'auto', '8'],
    [{ values: [256, 'f16'] }, '512', '256'],
    [{ values: ['q8_0', 'f16'] }, 'f16', 'q8_0'],
  ])('%j from %s to %s', (...given) => expect(limits(...given)).toBeUndefined());

  test.each<[object, string, string, string]>([
    [{ min: 1, max: 16, step: 2 }, '4', '8', 'One step at a time: The nearest that is allowed is 6.'],
    [{ min: 1, max: 16, step: 2 }, '4', '0', 'The nearest that is allowed is 2.'],
    [{ min: 3, max: 16, step: 2 }, '4', '2', 'The nearest that is allowed is 3.'],
    [{ max: 16 }, '4', '17', 'It may be 16 or less, and is 4 now. The nearest that is allowed is 16.'],
    [{ min: 1, max: 8, step: 2 }, '20', '8', 'The nearest that is allowed is 18.'],
    [{ min: 1 }, '4', '1.5', 'It must be a whole number (1 or more), and is 4 now.'],
    [{ min: 1 }, '4', 'many', 'It must be a number (1 or more), and is 4 now.'],
    [{ values: ['q8_0', 256] }, 'f16', 'q4_0', 'It may be q8_0, 256, and is f16 now.'],
  ])('not %j from %s to %s', (more, now, to, because) =>
    expect(limits(more, now, to)).toEqual(expect.stringContaining(because)),
  );

  test.each(['a b', '', '-x', '"4"', '$(id)', '4;id', '4\n5', '`id`', '--x'])('no value is %j', (value) =>
    expect(knobValueSchema.safeParse(value).success).toBe(false),
  );
});

describe('knob.set', () => {
  test('plans the edit with the value of before, and puts the whole file back', () => {
    const after = before.replace('parallel 4', 'parallel 6');
    const [sha, to] = [sum(before), sum(after)];
    expect(plan()).toMatchObject({
      can: true,
      subject: `file:${path}`,
      service: 'llama',
      risk: 'approve',
      what: expect.stringMatching(
        /^Sets parallel \(tier 1, scheduling and concurrency\) from 4 to 6 in \/srv\/start\.sh;/,
      ),
      diff: expect.arrayContaining(['-exec llama-server --parallel 4 "$@"', '+exec llama-server --parallel 6 "$@"']),
      undo: {
        action: 'file.restore',
        args: { service: 'llama', path, knob: 'parallel', flag: '--parallel', value: '6', sha: to, to: sha },
        what: expect.stringContaining('Set parallel back to 4'),
      },
      before: { sha, to, was: '4' },
    });
  });

  test('is taken back without the file being editable, and that is a knob again', () => {
    const made = plan();
    if (!made.can || made.undo === null) throw new Error('no undo');
    const undo = fileRestore.args.parse(JSON.parse(JSON.stringify(made.undo.args)));
    const after = before.replace('parallel 4', 'parallel 6');
    const back = replayed('undo', fileRestore.plan(undo, node, []), said(found(after), [{ read: { text: before } }]));
    expect(back).toMatchObject({
      can: true,
      undo: { action: 'knob.set', args: { service: 'llama', knob: 'parallel', to: '6' } },
    });
    const edit = { service: 'llama', path, key: 'CTX', value: '1' };
    expect(replayed('edit', fileEdit.plan(edit, node, []), [])).toMatchObject({ can: false });
    const elsewhere = { ...undo, path: '/etc/passwd' };
    expect(replayed('undo', fileRestore.plan(elsewhere, node, []), [])).toMatchObject({
      can: false,
      because: expect.stringContaining('stands in another file than /etc/passwd'),
    });
  });

  test.each<[string, Partial<typeof args>, string, RegExp]>([
    ['a service that is none', { service: 'lama' }, '', /Did you mean llama\?/],
    ['a knob that is none', { knob: 'paralel' }, '', /Did you mean parallel\? It declares: parallel, CTX\./],
    ['a knob called like what every object has', { knob: 'constructor' }, '', /declares no knob/],
    ['a service that nothing measures', { service: 'silent' }, '', /Nothing tells how fast silent is/],
    ['no change', { to: '4' }, before, /parallel is 4 already/],
    ['too far a step', { to: '16' }, before, /The nearest that is allowed is 6/],
    ['a flag that is not there', {}, 'exec llama-server\n', /--parallel does not occur/],
    ['a key that is not there', { knob: 'CTX' }, 'exec llama-server\n', /No line of it gives CTX/],
  ])('refuses %s', (_, more, text, because) => {
    const made = plan(more, text);
    expect(made).toMatchObject({ can: false, because: expect.stringMatching(because) });
  });
});

const turnable = {
  PARALLEL: { file: path, flag: '--parallel', tier: 1, min: 1, max: 16, step: 2 },
  CTX: { file: path, key: 'CTX', tier: 2, min: 512 },
};
/** As declared, and not in the order of its tiers. */
const tunable = testNode({
  services: {
    llama: { manager: 'none', knobs: { CTX: turnable.CTX, PARALLEL: turnable.PARALLEL }, probe },
    named: { manager: 'none', knobs: { next: { file: path, key: 'CTX', tier: 2, values: ['less', '4096'] } }, probe },
    bare: { manager: 'none', probe },
  },
});
const meant = (more: object, ...reads: readonly string[]): Plan => {
  const wanted = knobSet.args.parse({ service: 'llama', knob: 'next', to: 'less', ...more });
  return replayed('plan', knobSet.plan(wanted, tunable, []), said(...reads.map(found)));
};

describe('what is left to how things are', () => {
  test('the next knob is the first of the least tier, one step down, and the plan says so in full', () => {
    expect(meant({}, before, before)).toMatchObject({
      can: true,
      args: { service: 'llama', knob: 'PARALLEL', to: '2' },
      what: expect.stringContaining('Sets PARALLEL (tier 1, scheduling and concurrency) from 4 to 2'),
    });
  });

  test('what was tried, or is as low as it may be, is passed over', () => {
    expect(meant({ not: 'BATCH,PARALLEL' }, before, before)).toMatchObject({ args: { knob: 'CTX', to: '2048' } });
    const least = before.replace('parallel 4', 'parallel 1');
    expect(meant({}, least, least, least)).toMatchObject({ args: { knob: 'CTX', to: '2048' } });
    expect(meant({ not: 'CTX' }, least)).toMatchObject({
      can: false,
      because: 'No knob of llama is left to turn: PARALLEL is as low as it may be, CTX was tried.',
    });
  });

  test('one knob can be set to one step less', () => {
    expect(meant({ knob: 'CTX' }, before, before)).toMatchObject({ args: { knob: 'CTX', to: '2048' } });
    const least = before.replace('CTX=4096', 'CTX=512');
    expect(meant({ knob: 'CTX' }, least)).toMatchObject({
      can: false,
      because: 'CTX of llama can not be set to less than it is.',
    });
  });

  test('a knob and a value that are declared under such a name are meant by it', () => {
    expect(meant({ service: 'named' }, before)).toMatchObject({ args: { knob: 'next', to: 'less' } });
  });

  test('a service without knobs has none that is next', () => {
    expect(meant({ service: 'bare' })).toMatchObject({ can: false, because: expect.stringContaining('no knobs') });
    expect(meant({ service: 'lama' })).toMatchObject({ can: false, because: expect.stringContaining('mean llama') });
  });
});

test.each<[object, string, string | undefined]>([
  [{ step: 2, min: 1 }, '4', '2'],
  [{ step: 3, min: 2 }, '4', '2'],
  [{ step: 2, min: 4 }, '4', undefined],
  [{ step: 0.1, min: 0 }, '0.8', '0.7'],
  [{}, '4096', '2048'],
  [{}, '3', '1'],
  [{}, '1', undefined],
  [{}, '0', undefined],
  [{}, '-1', undefined],
  [{ min: 0 }, '1', '0'],
  [{}, 'auto', undefined],
  [{ values: [1024, 256, 512] }, '1024', '512'],
  [{ values: [1024, 256, 512] }, '600', '512'],
  [{ values: [256, 512] }, '256', undefined],
  [{ values: ['f16', 'q8_0', 'q4_0'] }, 'f16', 'q8_0'],
  [{ values: ['f16', 'q8_0', 'q4_0'] }, 'q4_0', undefined],
  [{ values: ['f16', 'q8_0'] }, 'f32', undefined],
])('one step below, %j: %s is %s', (more, now, below) =>
  expect(stepBelow(knobSchema.parse({ file: path, key: 'K', tier: 1, ...more }), now)).toBe(below),
);
