import { describe, expect, test } from 'vitest';
import { graphProblems } from '../../../src/generate/graph-problems.ts';
import type { Graph, GraphNode } from '../../../src/generate/graph.ts';
import { templates } from '../../../src/generate/templates.ts';
import { withModels } from '../../../src/generate/with-models.ts';
import { withParameters } from '../../../src/generate/set-parameters.ts';
import { nodeClasses } from '../../support/node-classes.ts';

const graphOf = (name: string): Graph => {
  const template = templates.find((each) => each.name === name);
  return withModels(template?.graph ?? {}, nodeClasses);
};
const good = graphOf('txt2img');
const altered = (id: string, inputs: GraphNode['inputs']): Graph => {
  const node = good[id];
  return node === undefined ? good : { ...good, [id]: { ...node, inputs: { ...node.inputs, ...inputs } } };
};
const problems = (graph: Graph) =>
  graphProblems(graph, nodeClasses).map(({ code, node, input }) => [code, node, input]);
const save = (inputs: GraphNode['inputs']): Graph => ({
  ...good,
  '9': { class_type: 'SaveAdvanced', inputs: { images: ['8', 0], filename_prefix: 'x', ...inputs } },
});
const says = (graph: Graph) => graphProblems(graph, nodeClasses).map(({ say }) => say);

test.each(templates.map(({ name }) => name))('the template %s has nothing wrong with it', (name) => {
  const graph = graphOf(name);
  const hasImage = Object.values(graph).some((node) => node.class_type === 'LoadImage');
  expect(graphProblems(hasImage ? withParameters(graph, ['image=in.png']) : graph, nodeClasses)).toEqual([]);
});

describe('what would keep an instance from running it', () => {
  test.each<[string, Graph, readonly (string | null)[], RegExp]>([
    [
      'a class that is not installed',
      { ...good, '9': { class_type: 'SaveFancy', inputs: {} } },
      ['missing_node', '9', null],
      /SaveFancy, which is not installed there/,
    ],
    [
      'a model that it does not have',
      altered('4', { ckpt_name: 'sd_xl_base_1_0.safetensors' }),
      ['missing_model', '4', 'ckpt_name'],
      /none of the 1 in checkpoints\. Did you mean sd_xl_base_1\.0\.safetensors\?/,
    ],
    [
      'a choice that there is none of',
      altered('3', { sampler_name: 'eulerx' }),
      ['not_allowed', '3', 'sampler_name'],
      /Did you mean euler\?/,
    ],
    ['a value below the least', altered('5', { width: 8 }), ['out_of_range', '5', 'width'], /is 8; the least is 16\./],
    [
      'a value above the most',
      altered('3', { denoise: 1.5 }),
      ['out_of_range', '3', 'denoise'],
      /is 1\.5; the most is 1\./,
    ],
    [
      'a seed that no instance takes',
      altered('3', { seed: '36893488147419103232' }),
      ['out_of_range', '3', 'seed'],
      /the most is 18446744073709552000/,
    ],
    [
      'text for a number',
      altered('5', { height: 'tall' }),
      ['wrong_type', '5', 'height'],
      /must be a number and is "tall"/,
    ],
    [
      'a link to no node',
      altered('8', { samples: ['77', 0] }),
      ['broken_link', '8', 'samples'],
      /comes from node 77, which is not there/,
    ],
    [
      'a link to an output that there is none of',
      altered('8', { vae: ['4', 3] }),
      ['broken_link', '8', 'vae'],
      /output 3 of CheckpointLoaderSimple, which has 3/,
    ],
    [
      'a link of another kind',
      altered('8', { vae: ['4', 1] }),
      ['wrong_type', '8', 'vae'],
      /wants VAE and is given CLIP/,
    ],
  ])('%s', (_, graph, expected, say) => {
    expect(problems(graph)).toEqual([expected]);
    expect(says(graph)[0]).toMatch(say);
  });

  test('an input that is left out', () => {
    const graph = { ...good, '5': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64 } } };
    expect(problems(graph)).toEqual([['missing_input', '5', 'batch_size']]);
  });

  test('nodes that wait for each other', () => {
    const graph = { ...good, '5': { class_type: 'VAEEncode', inputs: { pixels: ['8', 0], vae: ['4', 2] } } };
    expect(problems(graph)).toEqual([['cycle', '3', null]]);
    expect(says(graph)).toEqual(['Nodes wait for each other: 3 → 5 → 8 → 3.']);
  });

  test('a graph that nothing comes out of', () => {
    const { '9': _save, ...rest } = good;
    expect(problems(rest)).toEqual([['no_output', null, null]]);
  });

  test('a further input of a variant, and one that its variant does not have', () => {
    expect(problems(save({ format: 'png', 'format.bit_depth': '16-bit' }))).toEqual([]);
    expect(problems(save({ format: 'png', 'format.bit_depth': '12-bit' }))).toEqual([
      ['not_allowed', '9', 'format.bit_depth'],
    ]);
    expect(problems(save({ format: 'jpg' }))).toEqual([['missing_input', '9', 'format.quality']]);
  });

  test('all of it at once', () => {
    const graph = { ...altered('5', { width: 8, height: 'x' }), '8': { class_type: 'Nope', inputs: {} } };
    expect(problems(graph).map(([code]) => code)).toEqual(['out_of_range', 'wrong_type', 'missing_node']);
  });
});

test('a graph of ten thousand nodes in a row is no deeper than can be looked at', () => {
  const rows = Array.from({ length: 10_000 }, (_, index): [string, GraphNode] => [
    String(index),
    {
      class_type: 'LatentUpscaleBy',
      inputs: { samples: [String(index + 1), 0], upscale_method: 'bilinear', scale_by: 1 },
    },
  ]);
  expect(problems(Object.fromEntries(rows)).map(([code]) => code)).toEqual(['broken_link', 'no_output']);
});
