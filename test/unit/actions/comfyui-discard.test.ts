import { describe, expect, test } from 'vitest';
import { comfyuiDiscard } from '../../../src/actions/comfyui-discard.ts';
import { phases, type Phase } from '../../../src/core/comfyui-install.ts';
import { testNode } from '../../support/node.ts';
import { replayed, reply, type RecordedReply } from '../../support/replay.ts';

const here = new URL('.', import.meta.url);
const said = (replies: readonly RecordedReply[]) => replies.map((each) => reply(each, here));
const node = testNode({
  comfyui: {
    path: '/w/C',
    install: { ref: 'v1', nodes: { alpha: { repository: '/g', ref: 'v1' } }, links: { output: '/o' } },
  },
});
const gone: RecordedReply = { trouble: { errno: 'ENOENT' } };
const folder: RecordedReply = { stat: { type: 'directory' } };
const link = (to: string): RecordedReply => ({ stat: { type: 'directory', link: to } });
const plan = (release: string, from: Phase, answers: readonly RecordedReply[]) =>
  replayed('plan', comfyuiDiscard.plan({ release, from }, node, []), answers.length === 0 ? [] : [said(answers)]);

describe('comfyui.discard', () => {
  test.each(phases)('takes back what was made since %s, and is done when that is gone', (from) => {
    const made = plan('v1-1', from, [link('/w/C.releases/v2-2'), folder, folder]);
    expect(made).toMatchObject({
      can: true,
      undo: null,
      world: {
        words: ['/w/C', '/w/C.releases/v1-1', '/w/C.releases/.discarded-v1-1', from, 'alpha', '--', 'output'],
      },
    });
    if (!made.can) return;
    const done = (answer: RecordedReply, many: number) =>
      replayed('done', comfyuiDiscard.done({ release: 'v1-1', from }, node, made.before), [
        said(Array(many).fill(answer)),
      ]);
    const many = ['environment', 'torch', 'requirements', 'paths'].includes(from) ? 2 : 1;
    expect(done(gone, many)).toMatchObject({ is: 'done' });
    expect(done(folder, many)).toMatchObject({ is: 'not_done' });
    const { read } = replayed('order', comfyuiDiscard.order({ release: 'v1-1', from }, node, made), []);
    const [held] = said([{ exec: { exitCode: 65, stderr: 'process 7 runs in it' } }]);
    expect(held && read(held)).toEqual({
      how: 'failed',
      said: 'It was left as it is: it is in use.\nprocess 7 runs in it',
    });
  });

  test.each<[string, string, readonly RecordedReply[], RegExp]>([
    ['the one in use', 'v1-1', [link('/w/C.releases/v1-1'), folder, folder], /is in use/],
    ['one that is not there', 'v1-1', [gone, gone, gone], /There is no release v1-1/],
    ['what was not made here', 'by-hand', [gone, folder, gone], /was not made by rackhand/],
    ['a name that leads out', '../..', [], /is not the name of a release/],
  ])('refuses %s', (_, release, answers, because) =>
    expect(plan(release, 'fetch', answers)).toMatchObject({ can: false, because: expect.stringMatching(because) }),
  );
});
