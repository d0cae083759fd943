import { describe, expect, test } from 'vitest';
import { graphParameters } from '../../../src/generate/graph-parameters.ts';
import type { Graph } from '../../../src/generate/graph.ts';
import { withParameters } from '../../../src/generate/set-parameters.ts';
import { templates } from '../../../src/generate/templates.ts';
import { opsError } from '../../../src/core/errors.ts';

const graphOf = (name: string): Graph => templates.find((each) => each.name === name)?.graph ?? {};
const names = (graph: Graph) => Object.fromEntries(graphParameters(graph).map(({ name, at }) => [name, at.join(' ')]));
const refused = (graph: Graph, setting: string) => {
  try {
    return withParameters(graph, [setting]);
  } catch (thrown) {
    return opsError(thrown).message;
  }
};

describe('what can be set', () => {
  test('is named for what it means, and the texts for what the sampler does with them', () => {
    expect(names(graphOf('txt2img'))).toEqual({
      seed: '3.seed',
      steps: '3.steps',
      cfg: '3.cfg',
      sampler: '3.sampler_name',
      scheduler: '3.scheduler',
      denoise: '3.denoise',
      checkpoint: '4.ckpt_name',
      width: '5.width',
      height: '5.height',
      batch: '5.batch_size',
      prompt: '6.text',
      negative: '7.text',
      prefix: '9.filename_prefix',
    });
  });

  test('has one seed for all samplers, and a number behind other names that come again', () => {
    expect(names(graphOf('hires_fix'))).toMatchObject({ seed: '3.seed 12.seed', steps: '3.steps', steps2: '12.steps' });
  });

  test('is found through what stands between a text and its sampler', () => {
    const graph: Graph = {
      '1': { class_type: 'CLIPTextEncode', inputs: { text: 'a castle', clip: ['9', 0] } },
      '2': { class_type: 'FluxGuidance', inputs: { guidance: 3.5, conditioning: ['1', 0] } },
      '3': { class_type: 'BasicGuider', inputs: { model: ['9', 0], conditioning: ['2', 0] } },
    };
    expect(names(graph)).toEqual({ prompt: '1.text' });
  });

  test('is what its author calls so, by a title or by a value', () => {
    const graph: Graph = {
      '1': { class_type: 'PrimitiveString', inputs: { value: 'x' }, _meta: { title: '=>style' } },
      '2': { class_type: 'KSampler', inputs: { steps: 'PARAM_INT_STEPS', cfg: 'PARAM_GUIDANCE' } },
    };
    expect(names(graph)).toEqual({ style: '1.value', steps: '2.steps', guidance: '2.cfg' });
  });
});

describe('setting it', () => {
  const graph = graphOf('hires_fix');

  test('keeps the kind of a value, and sets all that goes by one name', () => {
    const set = withParameters(graph, ['seed=42', 'prompt=a=b', '11.scale_by=2', 'steps2=8']);
    expect([set['3']?.inputs['seed'], set['12']?.inputs['seed']]).toEqual([42, 42]);
    expect(set['6']?.inputs['text']).toBe('a=b');
    expect([set['11']?.inputs['scale_by'], set['12']?.inputs['steps'], set['3']?.inputs['steps']]).toEqual([2, 8, 20]);
  });

  test('a seed that a number can not hold stays as it was written', () => {
    expect(withParameters(graph, ['seed=18446744073709551615'])['3']?.inputs['seed']).toBe('18446744073709551615');
  });

  test.each([
    ['steps', 'is no name=value'],
    ['stepz=3', 'nothing in it is called "stepz"'],
    ['steps=many', 'steps is a number, not "many"'],
    ['3.model=x', '3.model comes from another node'],
    ['77.text=x', 'nothing in it is called "77.text"'],
  ])('%s is refused', (setting, say) => expect(refused(graph, setting)).toContain(say));

  test('does not touch the graph that it was given', () => {
    withParameters(graph, ['steps=1']);
    expect(graph['3']?.inputs['steps']).toBe(20);
  });
});
