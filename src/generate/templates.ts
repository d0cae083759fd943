import type { Graph, GraphNode } from './graph.ts';

/** A workflow that comes with rackhand. A model of no name is the first that the instance has. */
export interface Template {
  readonly name: string;
  readonly summary: string;
  readonly graph: Graph;
}

const node = (name: string, inputs: GraphNode['inputs'], title?: string): GraphNode => ({
  class_type: name,
  inputs,
  ...(title !== undefined && { _meta: { title } }),
});

const sampler = { seed: 0, steps: 20, cfg: 7, sampler_name: 'dpmpp_2m', scheduler: 'karras' };

/** SDXL in its own size; CLIPTextEncode fits other checkpoints as well, where CLIPTextEncodeSDXL fails on them. */
const text: Graph = {
  '3': node('KSampler', {
    ...sampler,
    denoise: 1,
    model: ['4', 0],
    positive: ['6', 0],
    negative: ['7', 0],
    latent_image: ['5', 0],
  }),
  '4': node('CheckpointLoaderSimple', { ckpt_name: '' }),
  '5': node('EmptyLatentImage', { width: 1024, height: 1024, batch_size: 1 }),
  '6': node('CLIPTextEncode', { text: '', clip: ['4', 1] }, 'Prompt'),
  '7': node('CLIPTextEncode', { text: '', clip: ['4', 1] }, 'Negative prompt'),
  '8': node('VAEDecode', { samples: ['3', 0], vae: ['4', 2] }),
  '9': node('SaveImage', { filename_prefix: 'rackhand', images: ['8', 0] }),
};

const having = (graph: Graph, id: string, inputs: GraphNode['inputs']): Graph => {
  const known = graph[id];
  return known === undefined ? graph : { ...graph, [id]: { ...known, inputs: { ...known.inputs, ...inputs } } };
};

const { '5': _empty, ...drawn } = having(text, '3', { denoise: 0.6 });
const image: Graph = {
  ...drawn,
  '5': node('VAEEncode', { pixels: ['10', 0], vae: ['4', 2] }),
  '10': node('LoadImage', { image: '' }),
};

export const templates: readonly Template[] = [
  { name: 'txt2img', summary: 'A picture from a text', graph: text },
  {
    name: 'img2img',
    summary: 'A picture from another one and a text; denoise says how much of it is new',
    graph: image,
  },
  {
    name: 'batch',
    summary: 'Several pictures from one text, drawn at once',
    graph: having(text, '5', { batch_size: 4 }),
  },
  {
    name: 'inpaint',
    summary: 'Draws anew what is transparent in a picture',
    graph: {
      ...having(image, '3', { denoise: 1 }),
      '5': node('VAEEncodeForInpaint', { pixels: ['10', 0], vae: ['4', 2], mask: ['10', 1], grow_mask_by: 6 }),
    },
  },
  {
    name: 'hires_fix',
    summary: 'A picture from a text, drawn small and then once more in a larger size',
    graph: {
      ...having(text, '8', { samples: ['12', 0] }),
      '11': node('LatentUpscaleBy', { samples: ['3', 0], upscale_method: 'nearest-exact', scale_by: 1.5 }),
      '12': node('KSampler', {
        ...sampler,
        denoise: 0.5,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['11', 0],
      }),
    },
  },
  {
    name: 'upscale',
    summary: 'A picture in another size, by a model for that',
    graph: {
      '1': node('LoadImage', { image: '' }),
      '2': node('UpscaleModelLoader', { model_name: '' }),
      '3': node('ImageUpscaleWithModel', { upscale_model: ['2', 0], image: ['1', 0] }),
      '4': node('SaveImage', { filename_prefix: 'rackhand', images: ['3', 0] }),
    },
  },
  {
    name: 'lora',
    summary: 'A picture from a text in the style of a LoRA',
    graph: {
      ...having(having(having(text, '3', { model: ['10', 0] }), '6', { clip: ['10', 1] }), '7', { clip: ['10', 1] }),
      '10': node('LoraLoader', {
        model: ['4', 0],
        clip: ['4', 1],
        lora_name: '',
        strength_model: 0.8,
        strength_clip: 0.8,
      }),
    },
  },
];
