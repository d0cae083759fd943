import { describe, expect, test } from 'vitest';
import { modelResync } from '../../../src/actions/model-resync.ts';
import { testNode } from '../../support/node.ts';
import { replayed, reply, type RecordedReply } from '../../support/replay.ts';

const here = new URL('.', import.meta.url);
const said = (...replies: readonly RecordedReply[]) => replies.map((each) => reply(each, here));
const gibibyte = 1_073_741_824;
const sha256 = 'a'.repeat(64);
const node = testNode({
  commands: { copy: { words: ['/opt/copy.sh', 'm'], risk: 'safe', undo: 'drop' }, drop: { words: ['/opt/drop.sh'] } },
  services: {
    llama: {
      manager: 'none',
      models: [
        { path: '/m/a.gguf', bytes: 10 * gibibyte, sha256, resync: 'copy' },
        { path: '/m/b.gguf', resync: 'copy' },
        { path: '/m/c.gguf' },
        { path: '/d.gguf', bytes: 1, resync: 'drop' },
      ],
    },
    twin: { manager: 'none', models: [{ path: '/m/a.gguf' }] },
    api: { manager: 'none', needs: ['llama'] },
    web: { manager: 'none', needs: ['api'] },
  },
});
const file: RecordedReply = { stat: { type: 'file', size: 5, mtimeMs: 1_000 } };
const room = (freeBytes: number): RecordedReply => ({ space: { totalBytes: 1, freeBytes, inodes: 1, freeInodes: 1 } });
const plan = (path: string, ...rounds: readonly RecordedReply[]) =>
  replayed(
    'plan',
    modelResync.plan({ service: 'llama', path }, node, []),
    rounds.map((round) => said(round)),
  );

const checksOf = (path: string) => modelResync.proof({ service: 'llama', path }, node).checks;

describe('model.resync', () => {
  test('plans the command, and the file as its proof', () => {
    const mark = { size: 5, at: 1, type: 'file' };
    expect(plan('/m/a.gguf', room(12 * gibibyte), file, file)).toEqual({
      can: true,
      subject: 'model:/m/a.gguf',
      service: 'llama',
      risk: 'safe',
      what: 'Copy /m/a.gguf again by copy, which runs /opt/copy.sh m, for 10 min at most.',
      drops: [
        'llama reads this model; until it is started anew it may go on with the old one.',
        'twin reads this model; until it is started anew it may go on with the old one.',
        'api needs what reads this model.',
        'web needs what reads this model.',
      ],
      proves: [
        '/m/a.gguf is there, whole by its own header and the declared 10737418240 bytes, no longer growing, and written by nobody.',
        'Its sha256 is the declared one; to read it takes time.',
      ],
      undo: { action: 'command.run', args: { name: 'drop' }, what: 'Run drop.' },
      world: {
        command: { words: ['/opt/copy.sh', 'm'], become: null, seconds: 600 },
        programs: [{ path: '/opt/copy.sh', is: mark }],
        path: '/m/a.gguf',
        bytes: 10 * gibibyte,
        sha256,
      },
      before: { paths: ['/m/a.gguf'], become: null, marks: [mark] },
    });
  });

  test('reads the whole file only where its sha256 is declared, and judges no other model', () => {
    expect(checksOf('/m/a.gguf').map(({ name }) => name)).toContain('model.digest');
    expect(checksOf('/m/b.gguf').map(({ name }) => name)).not.toContain('model.digest');
    const judged = checksOf('/m/b.gguf').flatMap((check) => check.subjects(node).map(({ id }) => id));
    expect(new Set(judged)).toEqual(new Set(['model:/m/b.gguf']));
  });

  test('does not look for room where no size is declared', () =>
    expect(plan('/m/b.gguf', file, { trouble: { errno: 'ENOENT' } })).toMatchObject({
      can: true,
      before: { marks: [null] },
    }));

  test.each<[string, string, RecordedReply[], RegExp]>([
    ['a model that is not declared', '/m/a.ggfu', [], /declares no model "\/m\/a\.ggfu"\. Did you mean \/m\/a\.gguf\?/],
    ['one without a command', '/m/c.gguf', [], /Nothing is declared that copies \/m\/c\.gguf here/],
    [
      'one without room',
      '/m/a.gguf',
      [room(12 * gibibyte - 1)],
      /\/m has 12\.0 GiB free, and 12\.0 GiB are wanted: 1\.2 times the 10\.0 GiB/,
    ],
    ['one without a folder', '/m/a.gguf', [{ trouble: { errno: 'ENOENT' } }], /room in \/m could not be told: ENOENT/],
    [
      'one in the root folder whose command is gone',
      '/d.gguf',
      [room(2), { trouble: { errno: 'ENOENT' } }],
      /\/opt\/drop\.sh is not there/,
    ],
  ])('refuses %s', (_, path, rounds, because) =>
    expect(plan(path, ...rounds)).toMatchObject({ can: false, because: expect.stringMatching(because) }),
  );
});
