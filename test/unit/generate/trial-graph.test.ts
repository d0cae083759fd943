import { expect, test } from 'vitest';
import { templates } from '../../../src/generate/templates.ts';
import { trialGraph } from '../../../src/generate/trial-graph.ts';

const size = { width: 640, height: 480, steps: 7 };
const inputsOf = (graph: ReturnType<typeof trialGraph>, type: string) =>
  Object.values(graph).find(({ class_type: each }) => each === type)?.inputs;

test('with a checkpoint it is the template of rackhand, as large as was asked for, and kept by nobody', () => {
  const graph = trialGraph({ ...size, model: 'a.safetensors', seed: 5 });
  expect(inputsOf(graph, 'CheckpointLoaderSimple')).toEqual({ ckpt_name: 'a.safetensors' });
  expect(inputsOf(graph, 'EmptyLatentImage')).toMatchObject({ width: 640, height: 480, batch_size: 1 });
  expect(inputsOf(graph, 'KSampler')).toMatchObject({ seed: 5, steps: 7, denoise: 1 });
  expect(inputsOf(graph, 'PreviewImage')).toEqual({ images: ['8', 0] });
  expect(inputsOf(graph, 'SaveImage')).toBeUndefined();
  const template = templates.find(({ name }) => name === 'txt2img')?.graph ?? {};
  expect(Object.keys(graph)).toEqual(Object.keys(template));
});

test('without one it needs no model, and another seed is another picture', () => {
  const graph = trialGraph({ ...size, seed: 16_777_217 });
  expect(Object.values(graph).map(({ class_type: type }) => type)).toEqual(['EmptyImage', 'PreviewImage']);
  expect(inputsOf(graph, 'EmptyImage')).toEqual({ width: 640, height: 480, batch_size: 1, color: 1 });
});
