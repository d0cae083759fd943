import { describe, expect, test } from 'vitest';
import { commandRun } from '../../../src/actions/command-run.ts';
import { inlineProgram } from '../../../src/core/site-command.ts';
import { testNode } from '../../support/node.ts';
import { replayed, reply, type RecordedReply } from '../../support/replay.ts';

const here = new URL('.', import.meta.url);
const said = (...replies: readonly RecordedReply[]) => replies.map((each) => reply(each, here));
const commands = {
  deploy: {
    words: ['/opt/deploy.sh', '--to', 'a b$(id)'],
    undo: 'undeploy',
    seconds: 90,
    become: 'sudo',
    service: 'api',
    files: ['/srv/api', '/srv/api.conf'],
    why: 'The release of the week.',
  },
  undeploy: { words: ['undeploy', '/var/x'], risk: 'safe' },
  wipe: { words: ['bash', '/opt/wipe.sh'], risk: 'person', service: 'lone' },
};
const node = testNode({ commands, services: { api: { manager: 'pm2' }, lone: { manager: 'none' } } });
const file = (size: number, at: number): RecordedReply => ({ stat: { type: 'file', size, mtimeMs: at * 1_000 + 500 } });
const mark = (size: number, at: number) => ({ size, at, type: 'file' });

const plan = (name: string, ...rounds: (readonly RecordedReply[])[]) =>
  replayed(
    'plan',
    commandRun.plan({ name }, node, []),
    rounds.map((round) => said(...round)),
  );
const planned = (name: string, ...rounds: (readonly RecordedReply[])[]) => {
  const made = plan(name, ...rounds);
  if (!made.can) throw new Error(made.because);
  return made;
};
const deploy = () => planned('deploy', [file(9, 1)], [file(5, 2), { trouble: { errno: 'ENOENT' } }]);

const done = (answers: readonly RecordedReply[]) =>
  replayed('done', commandRun.done({ name: 'deploy' }, node, deploy().before), [said(...answers)]);

describe('command.run', () => {
  test('plans with the words, the program as it is, and what will prove it', () => {
    expect(deploy()).toEqual({
      can: true,
      subject: 'command:deploy',
      service: 'api',
      risk: 'approve',
      what: "Run /opt/deploy.sh --to 'a b$(id)' as root, for 1 min 30 s at most. The release of the week.",
      drops: ['What it does is known to whoever declared it; api may pause.'],
      proves: ['/srv/api is there and not empty.', '/srv/api.conf is there and not empty.', 'api is well.'],
      undo: { action: 'command.run', args: { name: 'undeploy' }, what: 'Run undeploy.' },
      world: {
        command: { words: commands.deploy.words, become: 'sudo', seconds: 90 },
        programs: [{ path: '/opt/deploy.sh', is: mark(9, 1) }],
        files: commands.deploy.files,
        service: 'api',
      },
      before: { paths: commands.deploy.files, become: 'sudo', marks: [mark(5, 2), null] },
    });
    expect(commandRun.proof({ name: 'deploy' }, node)).toMatchObject({
      services: ['api'],
      checks: [{ name: 'service.running' }, { name: 'service.health' }],
    });
  });

  test('says so where nothing would prove it, and that nothing takes it back', () => {
    const { undo, proves, risk, world } = planned('wipe', [file(3, 3)]);
    expect({ undo, proves, risk }).toEqual({
      undo: null,
      proves: ['Nothing: declare `files` or a `service` of it, or it ends as unknown.'],
      risk: 'person',
    });
    expect(world).toMatchObject({ programs: [{ path: '/opt/wipe.sh', is: mark(3, 3) }] });
    // Nobody could be asked whether it is well.
    expect(commandRun.proof({ name: 'wipe' }, node)).toMatchObject({ services: [], checks: [] });
  });

  test('runs the words that were approved', () => {
    const { command } = replayed('order', commandRun.order({ name: 'deploy' }, testNode(), deploy()), []);
    expect(command).toMatchObject({
      effect: 'change',
      become: 'sudo',
      deadlineMs: 90_000,
      ask: { kind: 'exec', words: commands.deploy.words },
    });
    const wiped = replayed('order', commandRun.order({ name: 'wipe' }, node, planned('wipe', [file(3, 3)])), []);
    expect(wiped.command).not.toHaveProperty('become');
  });

  test.each<[string, (readonly RecordedReply[])[], RegExp]>([
    ['deplyo', [], /declares no command "deplyo"\. Did you mean deploy\? It declares: deploy, undeploy, wipe/],
    ['toString', [], /declares no command "toString"/],
    ['deploy', [[{ trouble: { errno: 'ENOENT' } }]], /\/opt\/deploy\.sh is not there/],
    ['deploy', [[{ stat: { type: 'directory' } }]], /\/opt\/deploy\.sh is a directory/],
  ])('refuses %s', (name, rounds, because) =>
    expect(plan(name, ...rounds)).toMatchObject({ can: false, because: expect.stringMatching(because) }),
  );

  test.each<[string, RecordedReply, object]>([
    ['an exit code of 0', { exec: { exitCode: 0, stdout: 'fine' } }, { how: 'done', said: '' }],
    [
      'another',
      { exec: { exitCode: 3, stdout: `${'x'.repeat(2_000)} out`, stderr: 'why' } },
      { how: 'failed', said: expect.stringMatching(/^It ended with exit code 3\.\nx{1492} out\nwhy$/) },
    ],
    [
      'a program that is not there',
      { exec: { exitCode: 127, stderr: 'deploy: not found' } },
      { how: 'failed', said: 'It ended with exit code 127.\ndeploy: not found' },
    ],
    ['a signal', { exec: { exitCode: null, signal: 'SIGKILL' } }, { how: 'failed', said: 'It was ended by SIGKILL.' }],
  ])('reads %s', (_, answer, outcome) => {
    const [ended] = said(answer);
    if (ended === undefined) throw new Error('no reply');
    expect(replayed('order', commandRun.order({ name: 'deploy' }, node, deploy()), []).read(ended)).toEqual(outcome);
  });

  test.each<[string, readonly RecordedReply[], object]>([
    [
      'done when its files are there, and others than before',
      [file(5, 2), file(1, 9)],
      { is: 'done', mark: JSON.stringify([mark(5, 2), mark(1, 9)]) },
    ],
    [
      'not done while one is missing',
      [file(5, 2), { trouble: { errno: 'ENOENT' } }],
      { is: 'not_done', say: '/srv/api.conf is not there, or is empty.' },
    ],
    ['not done while one is empty', [file(5, 2), file(0, 9)], { is: 'not_done' }],
    ['not done while one is a folder', [file(5, 2), { stat: { type: 'directory', size: 4_096 } }], { is: 'not_done' }],
  ])('is %s', (_, answers, is) => expect(done(answers)).toMatchObject(is));

  test('is not told when its files are as they were', () => {
    const before = { ...(deploy().before as object), marks: [mark(5, 2), mark(6, 3)] };
    expect(
      replayed('done', commandRun.done({ name: 'deploy' }, node, before), [said(file(5, 2), file(6, 3))]),
    ).toMatchObject({ is: 'untold' });
  });

  test('is not told without files: nothing shows whether it has run', () => {
    expect(
      replayed('done', commandRun.done({ name: 'undeploy' }, node, planned('undeploy', [file(1, 1)]).before), []),
    ).toMatchObject({ is: 'untold' });
  });
});

test.each<[number | undefined, readonly string[]]>([
  [1, ['sh', '-c', 'id']],
  [1, ['/bin/bash', '-lc', 'id']],
  [1, ['bash', '-ce', 'id']],
  [3, ['bash', '-o', 'pipefail', '-c', 'id']],
  [2, ['fish', '-i', '--command=id']],
  [3, ['sudo', 'dash', '-e', '-c']],
  [3, ['busybox', 'ash', '-x', '-c']],
  [5, ['env', 'A=1', 'timeout', '5', 'sh', '-c', 'id']],
  [undefined, ['bash', '/opt/a.sh', '-c', 'x']],
  [undefined, ['sh', '--', '-c']],
  [undefined, ['/opt/a.sh', '-c', 'x']],
  [undefined, ['rsync', '-c', 'a', 'b']],
])('a program as text stands at %s of %j', (at, words) => expect(inlineProgram(words)).toBe(at));
