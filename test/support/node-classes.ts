import type { NodeClass, NodeInput } from '../../src/probes/comfyui-classes.ts';

/** An input that is only named; what else is said of it is as it mostly is. */
export const nodeInput = (name: string, told: Partial<NodeInput> = {}): NodeInput => ({
  name,
  required: true,
  types: ['STRING'],
  isWidget: true,
  options: null,
  min: null,
  max: null,
  fallback: null,
  isControlled: false,
  isUpload: false,
  variants: {},
  grows: false,
  ...told,
});

export const wire = (name: string, type: string, told: Partial<NodeInput> = {}): NodeInput =>
  nodeInput(name, { types: [type], isWidget: false, ...told });
const int = (name: string, min: number, max: number, told: Partial<NodeInput> = {}) =>
  nodeInput(name, { types: ['INT'], min, max, ...told });
const choice = (name: string, ...options: readonly string[]) => nodeInput(name, { types: ['COMBO'], options });
const nodeClass = (
  name: string,
  inputs: readonly NodeInput[],
  outputs: readonly string[],
  isOutput = false,
): NodeClass => ({ name, title: name, inputs, outputs, isOutput });

/** A few node classes of ComfyUI, shortened. */
export const nodeClasses: Readonly<Record<string, NodeClass>> = Object.fromEntries(
  [
    nodeClass(
      'KSampler',
      [
        wire('model', 'MODEL'),
        int('seed', 0, 2 ** 64, { isControlled: true }),
        int('steps', 1, 10_000),
        nodeInput('cfg', { types: ['FLOAT'], min: 0, max: 100 }),
        choice('sampler_name', 'euler', 'dpmpp_2m'),
        choice('scheduler', 'normal', 'karras'),
        wire('positive', 'CONDITIONING'),
        wire('negative', 'CONDITIONING'),
        wire('latent_image', 'LATENT'),
        nodeInput('denoise', { types: ['FLOAT'], min: 0, max: 1 }),
      ],
      ['LATENT'],
    ),
    nodeClass('CheckpointLoaderSimple', [choice('ckpt_name', 'sd_xl_base_1.0.safetensors')], ['MODEL', 'CLIP', 'VAE']),
    nodeClass(
      'EmptyLatentImage',
      [int('width', 16, 16_384), int('height', 16, 16_384), int('batch_size', 1, 4_096)],
      ['LATENT'],
    ),
    nodeClass('CLIPTextEncode', [nodeInput('text'), wire('clip', 'CLIP')], ['CONDITIONING']),
    nodeClass('VAEDecode', [wire('samples', 'LATENT'), wire('vae', 'VAE')], ['IMAGE']),
    nodeClass('VAEEncode', [wire('pixels', 'IMAGE'), wire('vae', 'VAE')], ['LATENT']),
    nodeClass(
      'VAEEncodeForInpaint',
      [wire('pixels', 'IMAGE'), wire('vae', 'VAE'), wire('mask', 'MASK'), int('grow_mask_by', 0, 64)],
      ['LATENT'],
    ),
    nodeClass(
      'LoadImage',
      [nodeInput('image', { types: ['COMBO'], options: ['in.png'], isUpload: true })],
      ['IMAGE', 'MASK'],
    ),
    nodeClass(
      'LatentUpscaleBy',
      [
        wire('samples', 'LATENT'),
        choice('upscale_method', 'nearest-exact', 'bilinear'),
        nodeInput('scale_by', { types: ['FLOAT'], min: 0.01, max: 8 }),
      ],
      ['LATENT'],
    ),
    nodeClass('UpscaleModelLoader', [choice('model_name', 'x4.pth')], ['UPSCALE_MODEL']),
    nodeClass('ImageUpscaleWithModel', [wire('upscale_model', 'UPSCALE_MODEL'), wire('image', 'IMAGE')], ['IMAGE']),
    nodeClass(
      'LoraLoader',
      [
        wire('model', 'MODEL'),
        wire('clip', 'CLIP'),
        choice('lora_name', 'style.safetensors'),
        nodeInput('strength_model', { types: ['FLOAT'], min: -100, max: 100 }),
        nodeInput('strength_clip', { types: ['FLOAT'], min: -100, max: 100 }),
      ],
      ['MODEL', 'CLIP'],
    ),
    nodeClass('SaveImage', [wire('images', 'IMAGE'), nodeInput('filename_prefix')], ['IMAGE'], true),
    nodeClass(
      'SaveAdvanced',
      [
        wire('images', 'IMAGE'),
        nodeInput('format', {
          types: ['COMFY_DYNAMICCOMBO_V3'],
          options: ['png', 'jpg'],
          variants: { png: [choice('bit_depth', '8-bit', '16-bit')], jpg: [int('quality', 1, 100)] },
        }),
        nodeInput('filename_prefix'),
      ],
      [],
      true,
    ),
  ].map((each) => [each.name, each]),
);
