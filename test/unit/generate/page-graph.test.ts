import { describe, expect, test } from 'vitest';
import { graphProblems } from '../../../src/generate/graph-problems.ts';
import { pageClasses, pageGraph } from '../../../src/generate/page-graph.ts';
import { readWorkflow } from '../../../src/generate/read-workflow.ts';
import { nodeClasses } from '../../support/node-classes.ts';

interface Node {
  id: number;
  type: string;
  mode?: number;
  title?: string;
  inputs?: object[];
  outputs?: object[];
  widgets_values?: unknown;
}
const into = (name: string, link: number, type = '*') => ({ name, type, link });
const out = (...types: readonly string[]) => types.map((type) => ({ name: type, type }));

/** A picture from a text, as the page saves it; each node can be told otherwise. */
const nodes = (): Record<string, Node> => ({
  load: {
    id: 4,
    type: 'CheckpointLoaderSimple',
    outputs: out('MODEL', 'CLIP', 'VAE'),
    widgets_values: ['sd_xl_base_1.0.safetensors'],
  },
  empty: { id: 5, type: 'EmptyLatentImage', outputs: out('LATENT'), widgets_values: [1024, 768, 1] },
  yes: {
    id: 6,
    type: 'CLIPTextEncode',
    inputs: [into('clip', 3)],
    outputs: out('CONDITIONING'),
    widgets_values: ['a castle'],
  },
  no: {
    id: 7,
    type: 'CLIPTextEncode',
    inputs: [into('clip', 4)],
    outputs: out('CONDITIONING'),
    widgets_values: ['blurry'],
  },
  draw: {
    id: 3,
    type: 'KSampler',
    inputs: [into('model', 1), into('positive', 5), into('negative', 6), into('latent_image', 2)],
    outputs: out('LATENT'),
    widgets_values: [42, 'randomize', 20, 7, 'euler', 'normal', 1],
  },
  decode: { id: 8, type: 'VAEDecode', inputs: [into('samples', 7), into('vae', 8)], outputs: out('IMAGE') },
  save: { id: 9, type: 'SaveImage', title: 'Result', inputs: [into('images', 9)], widgets_values: ['castle'] },
});
const links = (): unknown[] => [
  [1, 4, 0, 3, 0, 'MODEL'],
  [2, 5, 0, 3, 3, 'LATENT'],
  [3, 4, 1, 6, 0, 'CLIP'],
  [4, 4, 1, 7, 0, 'CLIP'],
  [5, 6, 0, 3, 1, 'CONDITIONING'],
  [6, 7, 0, 3, 2, 'CONDITIONING'],
  [7, 3, 0, 8, 0, 'LATENT'],
  [8, 4, 2, 8, 1, 'VAE'],
  [9, 8, 0, 9, 0, 'IMAGE'],
];

function converted(told: object) {
  const read = readWorkflow(JSON.stringify(told));
  if (read.is !== 'page') throw new Error(read.is === 'none' ? read.say : read.is);
  return pageGraph(read.page, nodeClasses);
}
const graphOf = (told: object) => {
  const made = converted(told);
  if ('cannot' in made) throw new Error(made.cannot.join(' '));
  return made.graph;
};
const saved = (change: Partial<Record<string, Node>> = {}, more: readonly unknown[] = []) => ({
  nodes: Object.values({ ...nodes(), ...change }),
  links: [...links(), ...more],
});

describe('a workflow of the page', () => {
  test('becomes the graph that the page would send', () => {
    const graph = graphOf(saved());
    expect(graph['3']).toEqual({
      class_type: 'KSampler',
      inputs: {
        model: ['4', 0],
        seed: 42,
        steps: 20,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
        denoise: 1,
      },
    });
    expect(graph['9']).toEqual({
      class_type: 'SaveImage',
      inputs: { images: ['8', 0], filename_prefix: 'castle' },
      _meta: { title: 'Result' },
    });
    expect(graphProblems(graph, nodeClasses)).toEqual([]);
  });

  test('with links as objects and values by name is the same', () => {
    const draw = {
      ...nodes()['draw'],
      id: 3,
      type: 'KSampler',
      widgets_values: {
        seed: 42,
        steps: 20,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
        shown: 'x',
      },
    };
    const objects = links().map((link) => {
      const [id, from, slot, to, at, type] = link as [number, number, number, number, number, string];
      return { id, origin_id: from, origin_slot: slot, target_id: to, target_slot: at, type };
    });
    expect(graphOf({ nodes: Object.values({ ...nodes(), draw }), links: objects })).toEqual(graphOf(saved()));
  });

  test('leaves out what is muted, and what hangs on it', () => {
    const graph = graphOf(saved({ no: { ...nodes()['no'], id: 7, type: 'CLIPTextEncode', mode: 2 } }));
    expect(Object.keys(graph)).not.toContain('7');
    expect(graph['3']?.inputs).not.toHaveProperty('negative');
  });

  test('passes by what is bypassed, by the type of what comes out', () => {
    const lora: Node = {
      id: 10,
      type: 'LoraLoader',
      mode: 4,
      inputs: [into('model', 10, 'MODEL'), into('clip', 11, 'CLIP')],
      outputs: out('MODEL', 'CLIP'),
      widgets_values: ['style.safetensors', 1, 1],
    };
    const draw = {
      ...nodes()['draw'],
      id: 3,
      type: 'KSampler',
      inputs: [into('model', 12), into('positive', 5), into('negative', 6), into('latent_image', 2)],
    };
    const graph = graphOf(
      saved({ lora, draw }, [
        [10, 4, 0, 10, 0, 'MODEL'],
        [11, 4, 1, 10, 1, 'CLIP'],
        [12, 10, 0, 3, 0, 'MODEL'],
      ]),
    );
    expect(graph['3']?.inputs['model']).toEqual(['4', 0]);
    expect(Object.keys(graph)).not.toContain('10');
  });

  test('follows reroutes, primitives, and what is set and got by name', () => {
    const reroute: Node = { id: 20, type: 'Reroute', inputs: [into('', 20)], outputs: out('LATENT') };
    const primitive: Node = { id: 21, type: 'PrimitiveNode', outputs: out('INT'), widgets_values: [512, 'fixed'] };
    const setter: Node = {
      id: 22,
      type: 'SetNode',
      inputs: [into('VAE', 23)],
      outputs: out('*'),
      widgets_values: ['the vae'],
    };
    const getter: Node = { id: 23, type: 'GetNode', outputs: out('VAE'), widgets_values: ['the vae'] };
    const note: Node = { id: 24, type: 'Note', widgets_values: ['read me'] };
    const graph = graphOf(
      saved(
        {
          reroute,
          primitive,
          setter,
          getter,
          note,
          empty: {
            id: 5,
            type: 'EmptyLatentImage',
            inputs: [{ name: 'width', type: 'INT', link: 22, widget: { name: 'width' } }],
            outputs: out('LATENT'),
            widgets_values: [1024, 768, 1],
          },
          draw: {
            ...nodes()['draw'],
            id: 3,
            type: 'KSampler',
            inputs: [into('model', 1), into('positive', 5), into('negative', 6), into('latent_image', 21)],
          },
          decode: { id: 8, type: 'VAEDecode', inputs: [into('samples', 7), into('vae', 24)], outputs: out('IMAGE') },
        },
        [
          [20, 5, 0, 20, 0, 'LATENT'],
          [21, 20, 0, 3, 3, 'LATENT'],
          [22, 21, 0, 5, 0, 'INT'],
          [23, 4, 2, 22, 0, 'VAE'],
          [24, 23, 0, 8, 1, 'VAE'],
        ],
      ),
    );
    expect(graph['3']?.inputs['latent_image']).toEqual(['5', 0]);
    expect(graph['5']?.inputs).toEqual({ width: 512, height: 768, batch_size: 1 });
    expect(graph['8']?.inputs['vae']).toEqual(['4', 2]);
    expect(Object.keys(graph).toSorted()).toEqual(['3', '4', '5', '6', '7', '8', '9']);
  });

  test('opens subgraphs, also within each other, with what comes in, goes out and is shown on them', () => {
    const part = (id: string, inside: Node[], rows: unknown[]) => ({ id, name: id, nodes: inside, links: rows });
    const encode: Node = {
      id: 1,
      type: 'CLIPTextEncode',
      inputs: [{ name: 'text', type: 'STRING', link: 1, widget: { name: 'text' } }, into('clip', 2)],
      outputs: out('CONDITIONING'),
      widgets_values: ['from inside'],
    };
    const inner = part(
      'in-id',
      [encode],
      [
        { id: 1, origin_id: -10, origin_slot: 0, target_id: 1, target_slot: 0, type: 'STRING' },
        { id: 2, origin_id: -10, origin_slot: 1, target_id: 1, target_slot: 1, type: 'CLIP' },
        { id: 3, origin_id: 1, origin_slot: 0, target_id: -20, target_slot: 0, type: 'CONDITIONING' },
      ],
    );
    const outer = part(
      'out-id',
      [
        {
          id: 2,
          type: 'in-id',
          inputs: [{ name: 'text', type: 'STRING', link: 5, widget: { name: 'text' } }, into('clip', 6)],
          outputs: out('CONDITIONING'),
          widgets_values: ['unseen'],
        },
      ],
      [
        { id: 5, origin_id: -10, origin_slot: 0, target_id: 2, target_slot: 0, type: 'STRING' },
        { id: 6, origin_id: -10, origin_slot: 1, target_id: 2, target_slot: 1, type: 'CLIP' },
        { id: 7, origin_id: 2, origin_slot: 0, target_id: -20, target_slot: 0, type: 'CONDITIONING' },
      ],
    );
    const yes: Node = {
      id: 6,
      type: 'out-id',
      inputs: [{ name: 'text', type: 'STRING', link: null, widget: { name: 'text' } }, into('clip', 3)],
      outputs: out('CONDITIONING'),
      widgets_values: ['a shown castle'],
    };
    const told = { ...saved({ yes }), definitions: { subgraphs: [inner, outer] } };
    const graph = graphOf(told);
    expect(graph['6:2:1']).toEqual({
      class_type: 'CLIPTextEncode',
      inputs: { text: 'a shown castle', clip: ['4', 1] },
    });
    expect(graph['3']?.inputs['positive']).toEqual(['6:2:1', 0]);
    expect(graphProblems(graph, nodeClasses)).toEqual([]);
  });

  test('a choice brings the values of its variant', () => {
    const save: Node = {
      id: 9,
      type: 'SaveAdvanced',
      inputs: [into('images', 9)],
      widgets_values: ['png', '16-bit', 'castle'],
    };
    expect(graphOf(saved({ save }))['9']?.inputs).toEqual({
      images: ['8', 0],
      format: 'png',
      'format.bit_depth': '16-bit',
      filename_prefix: 'castle',
    });
  });

  test('a list that is a value is not taken for a link', () => {
    const yes = { ...nodes()['yes'], id: 6, type: 'CLIPTextEncode', widgets_values: [['4', 1]] };
    expect(graphOf(saved({ yes }))['6']?.inputs['text']).toEqual({ __value__: ['4', 1] });
  });
});

describe('what can not be converted is named, and nothing is made of the rest', () => {
  test('a class that is not installed', () => {
    expect(converted(saved({ save: { id: 9, type: 'SaveFancy' } }))).toEqual({
      cannot: ['Node 9 (SaveFancy) is of the class SaveFancy, which is not installed there.'],
    });
  });

  test('a group node', () => {
    expect(converted(saved({ save: { id: 9, type: 'workflow/Mine' } }))).toEqual({
      cannot: ['Node 9 is a group node (workflow/Mine): open it on the page, and convert it to a subgraph.'],
    });
  });

  test('one of which nothing is carried out', () => {
    expect(converted({ nodes: [{ id: 1, type: 'Note', widgets_values: ['x'] }], links: [] })).toHaveProperty('cannot');
  });

  test('a subgraph within itself is a class that there is none of', () => {
    const told = {
      nodes: [{ id: 1, type: 'me' }],
      links: [],
      definitions: { subgraphs: [{ id: 'me', nodes: [{ id: 2, type: 'me' }], links: [] }] },
    };
    expect(converted(told)).toEqual({ cannot: ['Node 1:2 (me) is of the class me, which is not installed there.'] });
  });

  test('reroutes in a circle bring nothing', () => {
    const loop = [
      { id: 20, type: 'Reroute', inputs: [into('', 21)], outputs: out('*') },
      { id: 21, type: 'Reroute', inputs: [into('', 20)], outputs: out('*') },
    ];
    const told = {
      nodes: [...loop, { id: 9, type: 'SaveImage', inputs: [into('images', 22)], widgets_values: ['x'] }],
      links: [
        [20, 20, 0, 21, 0, '*'],
        [21, 21, 0, 20, 0, '*'],
        [22, 20, 0, 9, 0, '*'],
      ],
    };
    expect(graphOf(told)['9']?.inputs).toEqual({ filename_prefix: 'x' });
  });
});

test('an instance is asked about the classes that are carried out, each once', () => {
  const read = readWorkflow(JSON.stringify(saved({ note: { id: 30, type: 'Note' } })));
  expect(read.is === 'page' && [...pageClasses(read.page)].toSorted()).toEqual([
    'CLIPTextEncode',
    'CheckpointLoaderSimple',
    'EmptyLatentImage',
    'KSampler',
    'SaveImage',
    'VAEDecode',
  ]);
});

describe('reading a file', () => {
  test.each([
    ['{', 'none'],
    ['[]', 'none'],
    ['{}', 'none'],
    ['{"nodes":[{"id":1}],"links":[]}', 'none'],
    ['{"1":{"class_type":"SaveImage","inputs":{}}}', 'graph'],
    ['{"prompt":{"1":{"class_type":"SaveImage","inputs":{}}},"client_id":"x"}', 'graph'],
    ['{"nodes":[],"links":[]}', 'page'],
  ])('%s is %s', (text, is) => expect(readWorkflow(text).is).toBe(is));
});
