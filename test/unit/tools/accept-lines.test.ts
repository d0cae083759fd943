import { describe, expect, test } from 'vitest';
import { comfyuiAcceptSchema } from '../../../src/core/comfyui-accept.ts';
import type { ComfyuiApi } from '../../../src/probes/comfyui-api.ts';
import { drawnLines, lookedLines, spark, undrawnLines, type DrawnHere } from '../../../src/tools/accept-lines.ts';
import { finding } from '../../support/finding.ts';

const sdxl = 'sd_xl_base_1.0.safetensors';
const accept = comfyuiAcceptSchema.parse({ version: '0.3.68', model: sdxl, templates: ['txt2img'] });
const model = (status: 'ok' | 'critical') =>
  finding({
    check: 'model.present',
    subject: `model:/workspace/models/checkpoints/${sdxl}`,
    status,
    summary: 'It is there.',
  });
const card = { name: 'cuda:0 NVIDIA GB10 : native', type: 'cuda', totalBytes: 128e9, freeBytes: 119e9 };
const api: ComfyuiApi = {
  says: 'stats',
  ms: 12,
  version: '0.3.68',
  wantsCpu: false,
  devices: [card],
  queue: { running: null, waiting: 0 },
};
const looked = {
  findings: [finding({ check: 'comfyui.installed', status: 'ok' as const, subject: 'comfyui' }), model('ok')],
  api,
  listed: [sdxl],
  templates: [{ name: 'txt2img', status: 'ok' as const, says: 'It can run it.' }],
};
const is = (lines: readonly { line: string; is: string }[]) =>
  Object.fromEntries(lines.map((each) => [each.line, each.is]));
const names = {
  installed: 'it is installed',
  release: 'the release that runs',
  model: 'its model is there, of its size',
  api: 'GET /system_stats and GET /queue answer',
  gpu: 'it sees a GPU',
  prompt: 'POST /prompt and GET /history/{id} answer',
  time: 'it is drawn in time',
  use: 'the GPU is used',
  memory: 'GPU memory stays below',
  file: 'it is a PNG of its size',
};
const none = 'not measurable here';

describe('before anything is drawn', () => {
  test('all of the seed passes', () =>
    expect(new Set(Object.values(is(lookedLines(accept, looked))))).toEqual(new Set(['pass'])));

  test.each([
    ['another release', { api: { ...api, version: '0.3.64' } }, { [names.release]: 'fail' }],
    ['no GPU', { api: { ...api, devices: [{ ...card, type: 'cpu', name: 'cpu' }] } }, { [names.gpu]: 'fail' }],
    ['the model is not listed', { listed: ['other.safetensors'] }, { [names.model]: 'fail' }],
    [
      'the model is broken on disk',
      { findings: [model('critical')] },
      { [names.model]: 'fail', [names.installed]: none },
    ],
    ['trap: listed, and its size not declared', { findings: [] }, { [names.model]: none }],
    ['it does not say which it has', { listed: null }, { [names.model]: none }],
    [
      'a template that can not run',
      { templates: [{ name: 'txt2img', status: 'critical' as const, says: 'A node is missing.' }] },
      { 'template txt2img is valid': 'fail' },
    ],
    [
      'trap: it does not answer',
      { api: { says: 'nothing', reason: 'refused', message: '', ms: 1 } as ComfyuiApi },
      { [names.api]: 'fail', [names.release]: none, [names.gpu]: none },
    ],
  ])('%s', (_, over, expected) => expect(is(lookedLines(accept, { ...looked, ...over }))).toMatchObject(expected));

  test('what nobody declared is no pass', () =>
    expect(is(lookedLines(comfyuiAcceptSchema.parse({}), { ...looked, templates: [] }))).toMatchObject({
      [names.release]: none,
      [names.model]: none,
      'its templates are valid': none,
    }));
});

const drawn: DrawnHere = {
  drawn: { is: 'drawn', seconds: 7.2, pictures: [{ filename: 'a.png', subfolder: '', type: 'temp' }] },
  picture: { is: 'png', width: 1024, height: 1024, bytes: 900_000 },
  gpu: {
    samples: [
      { utilizationPercent: 40, usedBytes: 9e9 },
      { utilizationPercent: 99, usedBytes: 17.2e9 },
    ],
    why: null,
  },
};

describe('of what was drawn', () => {
  test('all of the seed passes, with its figures', () => {
    const lines = drawnLines(accept, drawn);
    expect(new Set(Object.values(is(lines)))).toEqual(new Set(['pass']));
    expect(lines.map(({ says }) => says)).toEqual([
      'A prompt of ours was taken, and its result is told.',
      '1024×1024 in 20 steps took 7.2 s; it may take 10 s.',
      '70 % on the average of 2 looks (▄█); at least 50 %.',
      'At most 17.2 GB were in use; 30 GB may be.',
      'It is a PNG of 1024×1024.',
    ]);
  });

  test.each([
    ['too slow', { drawn: { ...drawn.drawn, seconds: 10.4 } }, { [names.time]: 'fail' }],
    ['its time is not told', { drawn: { ...drawn.drawn, seconds: null } }, { [names.time]: none }],
    [
      'the GPU idles',
      { gpu: { samples: [{ utilizationPercent: 3, usedBytes: 31e9 }], why: null } },
      { [names.use]: 'fail', [names.memory]: 'fail' },
    ],
    [
      'no nvidia-smi',
      { gpu: { samples: [], why: 'the node has no nvidia-smi' } },
      { [names.use]: none, [names.memory]: none },
    ],
    ['of another size', { picture: { is: 'png', width: 512, height: 512, bytes: 9 } }, { [names.file]: 'fail' }],
    ['no PNG', { picture: { is: 'other', bytes: 9 } }, { [names.file]: 'fail' }],
    ['its file is not where it is looked for', { picture: { is: 'unread', errno: 'ENOENT' } }, { [names.file]: none }],
    [
      'it failed: the prompt was answered, and all else is not known',
      { drawn: { is: 'failed', why: 'KSampler: out of memory' } },
      { [names.prompt]: 'pass', [names.time]: none, [names.use]: none, [names.file]: none },
    ],
    ['trap: it was lost', { drawn: { is: 'lost' } }, { [names.prompt]: 'fail', [names.time]: none }],
  ] as const)('%s', (_, over, expected) =>
    expect(is(drawnLines(accept, { ...drawn, ...over }))).toMatchObject(expected),
  );

  test('trap: without a model, nothing of the GPU is measured by what needs none', () =>
    expect(is(drawnLines(comfyuiAcceptSchema.parse({}), drawn))).toMatchObject({
      [names.prompt]: 'pass',
      [names.time]: none,
      [names.use]: none,
      [names.memory]: none,
      [names.file]: 'pass',
    }));

  test('where nothing was drawn, each line says why', () =>
    expect(undrawnLines('It is at work.').map(({ is: outcome, says }) => [outcome, says])).toEqual(
      Array.from({ length: 5 }, () => [none, 'It is at work.']),
    ));
});

test('a row of values is drawn to one scale', () => expect(spark([0, 12, 50, 100], 100)).toBe('▁▁▅█'));
