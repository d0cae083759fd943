import { describe, expect, test } from 'vitest';
import { comfyuiSwitch } from '../../../src/actions/comfyui-switch.ts';
import { testNode } from '../../support/node.ts';
import { replayed, reply, type RecordedReply } from '../../support/replay.ts';

const here = new URL('.', import.meta.url);
const said = (replies: readonly RecordedReply[]) => replies.map((each) => reply(each, here));
const node = testNode({
  comfyui: { path: '/w/C', install: { ref: 'v1' } },
  services: { 'comfyui-gpu0': { kind: 'comfyui', manager: 'none' }, other: { manager: 'none' } },
});
const gone: RecordedReply = { trouble: { errno: 'ENOENT' } };
const file: RecordedReply = { stat: { size: 8 } };
const link = (to: string): RecordedReply => ({ stat: { type: 'directory', link: to } });
const ready: RecordedReply[][] = [[file, file], [{ stat: { type: 'directory' } }]];
const plan = (to: string, answers: readonly (readonly RecordedReply[])[]) =>
  replayed('plan', comfyuiSwitch.plan({ to }, node, []), answers.map(said));

describe('comfyui.switch', () => {
  test('puts the first release into use, and is taken back by taking the link away', () =>
    expect(plan('v1-1', [[gone], ...ready])).toMatchObject({
      can: true,
      args: { to: '/w/C.releases/v1-1' },
      what: 'Make /w/C a link to /w/C.releases/v1-1.',
      drops: [],
      undo: { action: 'comfyui.switch', args: { to: 'none' } },
      world: { path: '/w/C', to: '/w/C.releases/v1-1', was: '', become: null },
    }));

  test('names what goes on with the former one, and that this is put back', () => {
    const made = plan('v2-2', [[link('/w/C.releases/v1-1')], ...ready]);
    expect(made).toMatchObject({
      drops: ['What runs goes on with /w/C.releases/v1-1 until it is started anew: comfyui-gpu0.'],
      undo: { args: { to: 'v1-1' } },
    });
    if (!made.can) return;
    const done = (answers: RecordedReply[]) =>
      replayed('done', comfyuiSwitch.done({ to: '' }, node, made.before), [said(answers)]);
    expect(done([link('/w/C.releases/v1-1'), file])).toMatchObject({ is: 'not_done' });
    expect(done([link('/w/C.releases/v2-2'), gone])).toMatchObject({ is: 'unclear' });
    expect(done([link('/w/C.releases/v2-2'), file])).toEqual({ is: 'done', mark: '/w/C.releases/v2-2' });
    const { read } = replayed('order', comfyuiSwitch.order({ to: '' }, node, made), []);
    const [raced] = said([{ exec: { exitCode: 65, stderr: '/w/C leads to /w/x now' } }]);
    expect(raced && read(raced)).toMatchObject({ how: 'failed', said: expect.stringContaining('leads where it led') });
  });

  test('knows the former one, and one that was put there by hand', () => {
    const former = { read: { text: '/w/C.releases/by-hand\n' } };
    expect(plan('former', [[link('/w/C.releases/v1-1')], [former], [file, gone], [gone]])).toMatchObject({
      can: true,
      args: { to: '/w/C.releases/by-hand' },
    });
    expect(plan('former', [[link('/w/C.releases/v1-1')], [gone]])).toMatchObject({
      because: 'No former release of /w/C is known.',
    });
  });

  test.each<[string, string, readonly (readonly RecordedReply[])[], RegExp]>([
    [
      'to replace a folder',
      'v1-1',
      [[{ stat: { type: 'directory' } }]],
      /\/w\/C is a directory and no link: it is never replaced/,
    ],
    ['what it can not look at', 'v1-1', [[{ trouble: { errno: 'EACCES' } }]], /can not be told/],
    ['a release that is not there', 'v1-1', [[gone], [gone, gone]], /holds no ComfyUI/],
    [
      'one that is not validated',
      'v1-1',
      [[gone], [file, gone], [{ stat: { type: 'directory' } }]],
      /v1-1 is not validated/,
    ],
    ['the one in use', 'v1-1', [[link('/w/C.releases/v1-1')], ...ready], /leads to .* already/],
    ['to take away what is not there', 'none', [[gone]], /is not there/],
    ['a name that leads out', '../x', [[gone]], /is not the name of a release/],
  ])('refuses %s', (_, to, answers, because) =>
    expect(plan(to, answers)).toMatchObject({ can: false, because: expect.stringMatching(because) }),
  );
});
