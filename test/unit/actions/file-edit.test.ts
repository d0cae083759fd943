import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileEdit } from '../../../src/actions/file-edit.ts';
import { fileRestore } from '../../../src/actions/file-restore.ts';
import { replaceFile } from '../../../src/actions/replace-file.ts';
import type { Change, Plan } from '../../../src/core/action.ts';
import { testNode } from '../../support/node.ts';
import { replayed, reply, type RecordedReply } from '../../support/replay.ts';

const path = '/etc/llama.env';
const node = testNode({
  services: {
    llama: { manager: 'none', editable: [path, '/etc/other.env'], become: 'sudo' },
    api: { manager: 'none', files: [path] },
  },
});
const sum = (text: string) => createHash('sha256').update(text).digest('hex');
const here = new URL('.', import.meta.url);
const said = (replies: readonly RecordedReply[]) => replies.map((each) => reply(each, here));

const owner = { mode: 0o640, uid: 7, gid: 8 };
const found = (text: string, real = path): RecordedReply[] => [
  { stat: { type: 'file', size: text.length, ...owner } },
  { exec: { exitCode: 0, stdout: `${real}\n` } },
  { read: { text } },
];
const kept = (text: string): RecordedReply => ({ read: { text } });
const edit = { service: 'llama', path, key: 'CTX', value: '8192' };
const [before, after] = ['A=1\nCTX=4096\n', 'A=1\nCTX=8192\n'];
const [sha, to] = [sum(before), sum(after)];

const plan = (replies: readonly RecordedReply[], args = edit): Plan =>
  replayed('plan', fileEdit.plan(args, node, []), replies.length === 0 ? [] : [said(replies)]);
const planned = (replies: readonly RecordedReply[]): Change => {
  const made = plan(replies);
  if (!made.can) throw new Error(made.because);
  return made;
};

describe('file.edit', () => {
  test('plans a change whose world is both contents and the owner', () => {
    expect(plan(found(before, '/srv/llama.env'))).toEqual({
      can: true,
      subject: `file:${path}`,
      service: 'llama',
      risk: 'approve',
      what: `Set CTX to "8192" in ${path}, which is a link to /srv/llama.env; what it held is kept beside it as .llama.env.rackhand-${sha.slice(0, 12)}.`,
      diff: [`--- ${path}`, `+++ ${path}`, '@@ -1,2 +1,2 @@', ' A=1', '-CTX=4096', '+CTX=8192'],
      drops: [
        'Who has read it goes on with what it read, until it is started anew or told to read it again.',
        'api names this file as well.',
      ],
      proves: [`${path} has the sha256 ${to}.`],
      undo: {
        action: 'file.restore',
        args: { ...edit, sha: to, to: sha },
        what: expect.stringContaining('unless it was changed since'),
      },
      world: { real: '/srv/llama.env', sha, to, ...owner },
      before: { real: '/srv/llama.env', sha, to },
    });
  });

  test('shows no secret that stands beside the change', () => {
    const made = planned(found(`CTX=4096\nAPI_TOKEN=hunter2hunter2\n`));
    expect(JSON.stringify(made)).not.toContain('hunter2');
    expect(made.diff).toContain(' API_TOKEN=[redacted]');
  });

  test.each<[string, RecordedReply[], Partial<typeof edit>, RegExp]>([
    [
      'a service that is none',
      [],
      { service: 'lama' },
      /no service "lama"\. Did you mean llama\? It declares: llama, api/,
    ],
    ['a file that is not declared', [], { path: '/etc/othr.env' }, /Did you mean \/etc\/other\.env\?/],
    ['a file of a service that declares none', [], { service: 'api' }, /It declares none/],
    [
      'a file that is not there',
      [{ trouble: { errno: 'ENOENT' } }, { exec: { exitCode: 0, stdout: path } }, { trouble: { errno: 'ENOENT' } }],
      {},
      /ENOENT/,
    ],
    [
      'a folder',
      [{ stat: { type: 'directory' } }, { exec: { exitCode: 0, stdout: path } }, { trouble: { errno: 'EISDIR' } }],
      {},
      /is a directory/,
    ],
    [
      'a file that may not be read',
      [{ stat: {} }, { exec: { exitCode: 0, stdout: path } }, { trouble: { errno: 'EACCES' } }],
      {},
      /EACCES/,
    ],
    [
      'a file without an end to its link',
      [{ stat: {} }, { exec: { exitCode: 127 } }, { read: { text: before } }],
      {},
      /readlink/,
    ],
    [
      'a path that nobody can read aloud',
      [{ stat: {} }, { exec: { exitCode: 0, stdout: '/a\nb\n' } }, { read: { text: before } }],
      {},
      /readlink/,
    ],
    [
      'a large file',
      [
        { stat: { size: 300_000 } },
        { exec: { exitCode: 0, stdout: path } },
        { read: { text: 'x'.repeat(262_145), size: 300_000 } },
      ],
      {},
      /293 KiB; what is edited has at most 256 KiB/,
    ],
    ['a file with a NUL', found('a\0CTX=1\n'), {}, /no UTF-8 text/],
    [
      'a file in another code',
      [
        { stat: {} },
        { exec: { exitCode: 0, stdout: path } },
        { read: { base64: Buffer.from('K\xf6ln', 'latin1').toString('base64') } },
      ],
      {},
      /no UTF-8 text/,
    ],
    ['what would become too large', found(`CTX=1\n${'x'.repeat(262_138)}`), {}, /It would have more than 256 KiB/],
    ['a key that is not there', found('A=1\n'), {}, /stays as it is\. No line of it gives CTX/],
  ])('refuses %s', (_, replies, args, because) => {
    expect(plan(replies, { ...edit, ...args })).toEqual({
      can: false,
      because: expect.stringMatching(because),
      next: [],
    });
  });

  const made = planned(found(before));
  const ordered = (replies: RecordedReply[]) => replayed('order', fileEdit.order(edit, node, made), [said(replies)]);

  test('sends constant words with names and sums, and the content beside them', () => {
    const kept = `/etc/.llama.env.rackhand-${sha.slice(0, 12)}`;
    expect(ordered(found(before)).command).toMatchObject({
      effect: 'change',
      become: 'sudo',
      ask: {
        words: [
          'sh',
          '-c',
          replaceFile,
          'rackhand',
          path,
          path,
          kept,
          '/etc/.llama.env.rackhand-new-',
          sha,
          to,
          'edit',
        ],
        stdin: after,
      },
    });
  });

  test.each([
    ['is no longer what was planned', found('A=2\nCTX=1\n'), 'A=2\nCTX=8192\n'],
    ['can not be edited any more', found('A=2\n'), ''],
    ['is gone', [{ trouble: { errno: 'ENOENT' } }, { exec: { exitCode: 1 } }, { trouble: { errno: 'ENOENT' } }], ''],
  ])('sends the sums that were planned for a file that %s, so that the node refuses it', (_, replies, stdin) => {
    const { ask } = ordered(replies).command;
    expect(ask).toMatchObject({ words: expect.arrayContaining([sha, to]), stdin });
  });

  test.each([
    [0, 'done', ''],
    [65, 'failed', 'It was left as it is: it was changed since this was planned.\nx'],
    [73, 'failed', 'It was left as it is: there is no room on its filesystem.\nx'],
    [77, 'failed', 'It was left as it is: it may not be replaced so that its mode and owner stay.\nx'],
    [74, 'failed', 'It was left as it is: the new content could not be written.\nx'],
    [1, 'failed', 'It ended with exit code 1.\nx'],
  ])('reads exit code %i', (exitCode, how, text) => {
    const [ended] = said([{ exec: { exitCode, stderr: exitCode === 0 ? '' : 'x' } }]);
    if (ended === undefined) throw new Error('no reply');
    expect(ordered(found(before)).read(ended)).toEqual({ how, said: text });
  });

  test('reads an end by a signal', () => {
    const [ended] = said([{ exec: { exitCode: null, signal: 'SIGTERM' } }]);
    if (ended === undefined) throw new Error('no reply');
    expect(ordered(found(before)).read(ended)).toEqual({ how: 'failed', said: 'It was ended by SIGTERM.' });
  });

  test.each([
    ['done', { read: { text: after } }, { is: 'done', mark: to }],
    ['not done', { read: { text: before } }, { is: 'not_done', say: expect.any(String) }],
    ['unclear', { read: { text: 'other' } }, { is: 'unclear', say: expect.stringContaining('neither') }],
    ['unclear', { trouble: { errno: 'EIO' } }, { is: 'unclear', say: expect.stringContaining('EIO') }],
  ])('is %s by what it holds', (_, answer, is) => {
    expect(replayed('done', fileEdit.done(edit, node, made.before), [said([answer])])).toEqual(is);
  });

  test('lets no value reach a word: 10,000 hostile ones', () => {
    const words = new Set<string>();
    const shellish = fc.constantFrom(
      ...Array.from(`'"\\ $\`!*?[]{}()<>|&;#~^%=-+,.\n\t\ré漢🙂a0`),
      '$(id)',
      '`id`',
      "';id;'",
      '${IFS}',
      '--',
    );
    const text = fc.array(shellish, { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (value) => {
        const args = { service: 'llama', path, find: '4096', replace: `${value}4097` };
        const answers = said(found(before));
        const plan = replayed('plan', fileEdit.plan(args, node, []), [answers]);
        // A carriage return alone hides what stands before it, and is refused.
        if (!plan.can) return /\r(?!\n)/.test(value);
        const { ask } = replayed('order', fileEdit.order(args, node, plan), [answers]).command;
        if (ask.kind !== 'exec') throw new Error('it is no program');
        expect(ask.stdin).toBe(`A=1\nCTX=${value}4097\n`);
        for (const word of ask.words.filter((each) => each !== sum(ask.stdin ?? ''))) words.add(word);
        return true;
      }),
      { numRuns: 10_000 },
    );
    expect([...words].toSorted()).toEqual(
      [
        'sh',
        '-c',
        replaceFile,
        'rackhand',
        path,
        `/etc/.llama.env.rackhand-${sha.slice(0, 12)}`,
        '/etc/.llama.env.rackhand-new-',
        sha,
        'edit',
      ].toSorted(),
    );
  });
});

describe('file.restore', () => {
  const args = { ...edit, sha, to: sha };
  const restore = { ...args, sha: to };
  const plan = (file: string, backup: RecordedReply[]) =>
    replayed('plan', fileRestore.plan(restore, node, []), [
      said(found(file)),
      ...(backup.length === 0 ? [] : [said(backup)]),
    ]);

  test('plans the way back', () => {
    expect(plan(after, [kept(before)])).toMatchObject({
      can: true,
      diff: expect.arrayContaining(['-CTX=8192', '+CTX=4096']),
      undo: { action: 'file.edit', args: edit },
      world: { real: path, sha: to, to: sha, ...owner },
      before: { real: path, sha: to, to: sha },
    });
  });

  test.each([
    ['is as it was', before, [], /holds again what it held before/],
    ['has lost its backup', after, [{ trouble: { errno: 'ENOENT' } }], /is gone: .*ENOENT/],
    ['has another backup', after, [kept('x')], /is not what was kept/],
    [
      'was changed since',
      `${after}B=2\n`,
      [kept(before)],
      /was changed since .*:\n--- .*\n\+\+\+ .*\n@@ .* @@\n A=1\n CTX=8192\n\+B=2$/,
    ],
  ])('refuses a file that %s', (_, file, backup, because) => {
    expect(plan(file, backup)).toMatchObject({ can: false, because: expect.stringMatching(because) });
  });

  test('sends no content: it lies on the node', () => {
    const change = plan(after, [kept(before)]);
    if (!change.can) throw new Error(change.because);
    const { command } = replayed('order', fileRestore.order(restore, node, change), []);
    const backup = `/etc/.llama.env.rackhand-${sha.slice(0, 12)}`;
    expect(command.ask).toEqual({
      kind: 'exec',
      bytes: 1_048_576,
      words: [
        'sh',
        '-c',
        replaceFile,
        'rackhand',
        path,
        path,
        backup,
        '/etc/.llama.env.rackhand-new-',
        to,
        sha,
        'undo',
      ],
    });
  });
});
