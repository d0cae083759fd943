import { describe, expect, test } from 'vitest';
import { comfyuiEnvironment } from '../../../src/actions/comfyui-environment.ts';
import { comfyuiFetch } from '../../../src/actions/comfyui-fetch.ts';
import { comfyuiNodes } from '../../../src/actions/comfyui-nodes.ts';
import { comfyuiPaths } from '../../../src/actions/comfyui-paths.ts';
import { comfyuiRequirements } from '../../../src/actions/comfyui-requirements.ts';
import { comfyuiTorch } from '../../../src/actions/comfyui-torch.ts';
import { comfyuiValidate } from '../../../src/actions/comfyui-validate.ts';
import type { AnyAction, Plan } from '../../../src/core/action.ts';
import { releaseName } from '../../../src/core/comfyui-install.ts';
import { testNode } from '../../support/node.ts';
import { replayed, reply, type RecordedReply } from '../../support/replay.ts';

const here = new URL('.', import.meta.url);
const said = (replies: readonly RecordedReply[]) => replies.map((each) => reply(each, here));
const mebibyte = 1_048_576;
const node = testNode({
  comfyui: {
    path: '/w/ComfyUI',
    install: {
      repository: 'https://git.example/ComfyUI.git',
      ref: 'v1',
      mirror: '/m/ComfyUI.bundle',
      wheels: '/m/wheels',
      torch: { packages: ['torch==2.4.1'], index: 'https://wheels.example/cu121' },
      nodes: { alpha: { repository: 'https://git.example/alpha', ref: 'a1b2c3d', script: 'install.py' } },
      models: { base: '/data/models', folders: { loras: 'loras' } },
      links: { output: '/shared/out' },
      roomMiB: 100,
      become: 'sudo',
    },
  },
});
const install = node.comfyui?.install;
const name = install === undefined ? '' : releaseName(install);
const release = `/w/ComfyUI.releases/${name}`;
const gone: RecordedReply = { trouble: { errno: 'ENOENT' } };
const file: RecordedReply = { stat: { size: 8 } };
const folder = (link?: string): RecordedReply => ({ stat: { type: 'directory', ...(link !== undefined && { link }) } });
const text =
  '# Written by rackhand from comfyui.install.models of the fleet file.\nrackhand:\n  base_path: "/data/models"\n  is_default: true\n  loras: "loras"\n';

/** What is answered of a release with these stamps. */
function standing(
  stamps: readonly string[],
  { root = gone, connected = true }: { root?: RecordedReply; connected?: boolean } = {},
) {
  const there = stamps.length > 0;
  const names = { list: { entries: stamps.map((stamp) => ({ name: stamp })) } };
  return [
    [root, there ? names : gone, there ? file : gone, stamps.includes('environment') ? file : gone],
    connected ? [{ read: { text } }, folder('/shared/out')] : [gone, folder()],
  ];
}
const room = (mib: number): RecordedReply[] => [
  { space: { totalBytes: 1, freeBytes: mib * mebibyte, inodes: 1, freeInodes: 1 } },
];
const uv: RecordedReply[] = [{ exec: { exitCode: 0, stdout: 'uv 0.4.1\n' } }];
const noUv: RecordedReply[] = [{ exec: { exitCode: 127 } }];
const mark: RecordedReply[] = [gone];
const all = ['fetch', 'environment', 'torch', 'requirements', 'node-alpha', 'validate'];
const upTo = (many: number) => all.slice(0, many);

const plan = (action: AnyAction, answers: readonly (readonly RecordedReply[])[], of = node): Plan =>
  replayed('plan', action.plan({}, of, []), answers.map(said));
const wordsOf = (made: Plan) => (made.can ? made.world : made.because);

const connected = (answers: RecordedReply[]) => replayed('done', comfyuiPaths.done({}, node, {}), [said(answers)]);

describe('a phase of an installation', () => {
  test('fetches what is declared from where it is declared, and can be taken back', () => {
    const made = plan(comfyuiFetch, [...standing([]), room(100), mark]);
    expect(made).toMatchObject({
      can: true,
      subject: `comfyui:${name}`,
      risk: 'approve',
      what: `Fetch v1 of https://git.example/ComfyUI.git, from /m/ComfyUI.bundle into ${release}.`,
      undo: { action: 'comfyui.discard', args: { release: name, from: 'fetch' } },
      world: {
        words: [
          '/m/ComfyUI.bundle',
          'https://git.example/ComfyUI.git',
          'v1',
          release,
          `/w/ComfyUI.releases/.partial-${name}`,
        ],
        become: 'sudo',
        seconds: 3_600,
      },
    });
    if (!made.can) return;
    const { command } = replayed('order', comfyuiFetch.order({}, node, made), []);
    expect(command).toMatchObject({ effect: 'change', become: 'sudo', deadlineMs: 3_600_000 });
    expect(command.ask).toMatchObject({ kind: 'exec' });
    expect(JSON.stringify(command.ask)).toContain('"GIT_TERMINAL_PROMPT=0"');
  });

  test('says which program makes the environment, and from where packages come', () => {
    const by = (answer: RecordedReply[]) => plan(comfyuiEnvironment, [...standing(upTo(1)), room(100), answer, mark]);
    expect(by(uv)).toMatchObject({
      what: expect.stringContaining('by uv venv;'),
      world: { words: ['uv', 'python3', release] },
    });
    expect(by(noUv)).toMatchObject({ what: expect.stringContaining('by python3 -m venv;') });
    expect(wordsOf(plan(comfyuiTorch, [...standing(upTo(2)), room(100), noUv, mark]))).toMatchObject({
      words: [
        'pip',
        release,
        'torch',
        'torch',
        '--index-url',
        'https://wheels.example/cu121',
        '--find-links',
        '/m/wheels',
        'torch==2.4.1',
      ],
    });
    expect(wordsOf(plan(comfyuiRequirements, [...standing(upTo(3)), room(10), uv, mark]))).toMatchObject({
      words: [
        'uv',
        release,
        'requirements',
        '',
        '-c',
        `${release}/.rackhand/torch`,
        '--find-links',
        '/m/wheels',
        '--no-index',
        '-r',
        `${release}/requirements.txt`,
      ],
    });
  });

  test('names each custom node, and only those that are not there', () => {
    const found = (stamp: RecordedReply): RecordedReply[][] => [[{ list: { entries: [] } }, gone, stamp]];
    const made = plan(comfyuiNodes, [...standing(upTo(4)), ...found(gone), room(100), uv, mark]);
    expect(made).toMatchObject({
      drops: expect.arrayContaining(['It runs install.py of alpha; what that does is known to its authors.']),
      world: { words: expect.arrayContaining(['alpha', 'https://git.example/alpha', 'a1b2c3d', '', 'install.py']) },
    });
    const there: RecordedReply[][] = [
      [{ list: { entries: [{ name: 'alpha', type: 'directory' }] } }, gone, { read: { text: 'ok a1b2c3d\n' } }],
      [{ read: { text: 'a1b2c3d' } }],
    ];
    expect(plan(comfyuiNodes, [...standing(all, { root: folder(release) }), ...there])).toMatchObject({
      can: false,
      because: `This is done already for the release ${name}.`,
    });
    // One that failed is tried again, also in the release in use; then nothing takes it back.
    const failed = [
      ...standing(all, { root: folder(release) }),
      ...found({ read: { text: 'failed no\n' } }),
      room(100),
      uv,
    ];
    const again = plan(comfyuiNodes, [...failed, [{ stat: { size: 9, mtimeMs: 5_000 } }]]);
    expect(again).toMatchObject({ can: true, undo: null });
    if (!again.can) return;
    const done = (answer: RecordedReply) =>
      replayed('done', comfyuiNodes.done({}, node, again.before), [said([answer])]);
    expect(done({ stat: { size: 9, mtimeMs: 5_000 } })).toMatchObject({ is: 'not_done' });
    expect(done({ stat: { size: 9, mtimeMs: 9_000 } })).toMatchObject({ is: 'done' });
  });

  test('writes the folders of models as declared, and is done when they are', () => {
    const made = plan(comfyuiPaths, [...standing(upTo(5), { connected: false }), mark]);
    expect(made).toMatchObject({
      what: `Connect the release ${name} with its folders: write ${release}/extra_model_paths.yaml, make output a link to /shared/out.`,
      diff: expect.arrayContaining(['+  base_path: "/data/models"']),
      world: { words: [release, text, 'output', '/shared/out'] },
    });
    expect(connected([{ read: { text } }, folder('/shared/out')])).toMatchObject({ is: 'done' });
    expect(connected([{ read: { text } }, folder()])).toMatchObject({ is: 'not_done' });
  });

  test('starts it as its hardware is declared', () => {
    const made = plan(comfyuiValidate, [...standing(upTo(5)), mark]);
    expect(made).toMatchObject({ world: { words: [`${release}/venv/bin/python`, release, '180'], seconds: 600 } });
    if (!made.can) return;
    const { read } = replayed('order', comfyuiValidate.order({}, node, made), []);
    const [ended] = said([
      { exec: { exitCode: 70, stderr: 'It ended with exit code 1 before it answered /system_stats.' } },
    ]);
    expect(ended && read(ended)).toEqual({
      how: 'failed',
      said: 'ComfyUI did not stand the test. What is in use was not touched.\nIt ended with exit code 1 before it answered /system_stats.',
    });
  });

  test.each<[string, AnyAction, readonly (readonly RecordedReply[])[], RegExp]>([
    ['done already', comfyuiFetch, standing(upTo(1)), /^This is done already/],
    ['before its turn', comfyuiTorch, standing(upTo(1)), /its environment is not made\.$/],
    ['custom nodes before the requirements', comfyuiNodes, standing(upTo(3)), /its requirements are not installed\.$/],
    ['without room', comfyuiFetch, [...standing([]), room(99)], /^\/w has 99\.0 MiB free, and 100 MiB are declared/],
    ['where the room is not known', comfyuiFetch, [...standing([]), [gone]], /room in \/w could not be told/],
    [
      'where nothing can be seen',
      comfyuiFetch,
      [
        [gone, { trouble: { errno: 'EACCES' } }, gone, gone],
        [gone, gone],
      ],
      /can not be looked into/,
    ],
  ])('is refused %s', (_, action, answers, because) =>
    expect(plan(action, answers)).toMatchObject({ can: false, because: expect.stringMatching(because) }),
  );

  test('wants to be declared', () =>
    expect(plan(comfyuiFetch, [], testNode({ comfyui: { path: '/w/ComfyUI' } }))).toMatchObject({
      can: false,
      because: 'gpu-1 declares no comfyui.install.',
    }));

  test('is done when it has written so, since it was planned', () => {
    const made = plan(comfyuiTorch, [...standing(upTo(2)), room(100), noUv, mark]);
    if (!made.can) throw new Error(made.because);
    const done = (answer: RecordedReply) =>
      replayed('done', comfyuiTorch.done({}, node, made.before), [said([answer])]);
    expect(done(gone)).toMatchObject({ is: 'not_done', say: expect.stringContaining(`${release}/.rackhand/torch`) });
    expect(done(file)).toMatchObject({ is: 'done' });
  });
});
