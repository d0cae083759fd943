import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of models that ComfyUI 0.33.0 lists; the first release with these routes had fewer. */
export const modelFolders = {
  '0.33.0': words(
    'checkpoints configs loras vae text_encoders diffusion_models clip_vision style_models embeddings diffusers vae_approx controlnet gligen upscale_models latent_upscale_models custom_nodes datasets hypernetworks photomaker classifiers model_patches audio_encoders background_removal frame_interpolation geometry_estimation optical_flow detection',
  ),
  '0.3.64': words(
    'checkpoints configs loras vae text_encoders diffusion_models clip_vision style_models embeddings diffusers vae_approx controlnet gligen upscale_models custom_nodes hypernetworks photomaker classifiers model_patches audio_encoders',
  ),
};

function words(text) {
  return text.split(' ');
}

/** Names of the files in a folder of models or inputs, none where it is not there. */
export function filesOf(folder, endings) {
  try {
    return readdirSync(folder)
      .filter((name) => endings.some((ending) => name.endsWith(ending)))
      .toSorted();
  } catch {
    return [];
  }
}

const modelEndings = ['.safetensors', '.ckpt', '.pt', '.pth', '.bin', '.sft'];
export const modelsOf = (base, folder) => filesOf(join(base, 'models', folder), modelEndings);

const int = (fallback, min, max, more = {}) => ['INT', { default: fallback, min, max, ...more }];
const samplers = ['euler', 'euler_ancestral', 'heun', 'dpmpp_2m', 'dpmpp_2m_sde', 'ddim', 'uni_pc'];
const schedulers = words('simple sgm_uniform karras exponential ddim_uniform beta normal linear_quadratic kl_optimal');
const link = (type) => [type];

/** The node classes that this stand-in knows, in the form of /object_info: what it needs to draw a picture, and no more. */
export function nodeClasses(base, version) {
  const size = { step: 1 };
  const rows = [
    [
      'EmptyImage',
      'Empty Image',
      {
        width: int(512, 1, 16384, size),
        height: int(512, 1, 16384, size),
        batch_size: int(1, 1, 4096),
        color: int(0, 0, 16777215, { step: 1, display: 'color' }),
      },
      ['IMAGE'],
    ],
    [
      'LoadImage',
      'Load Image',
      { image: [filesOf(join(base, 'input'), ['.png']), { image_upload: true }] },
      ['IMAGE', 'MASK'],
    ],
    [
      'SaveImage',
      'Save Image',
      { images: link('IMAGE'), filename_prefix: ['STRING', { default: 'ComfyUI' }] },
      version === '0.33.0' ? ['IMAGE'] : [],
      true,
    ],
    ['PreviewImage', 'Preview Image', { images: link('IMAGE') }, version === '0.33.0' ? ['IMAGE'] : [], true],
    [
      'CheckpointLoaderSimple',
      'Load Checkpoint',
      { ckpt_name: [modelsOf(base, 'checkpoints'), {}] },
      ['MODEL', 'CLIP', 'VAE'],
    ],
    ['CLIPTextEncode', 'CLIP Text Encode (Prompt)', { text: ['STRING', {}], clip: link('CLIP') }, ['CONDITIONING']],
    [
      'EmptyLatentImage',
      'Empty Latent Image',
      {
        width: int(512, 16, 16384, { step: 8 }),
        height: int(512, 16, 16384, { step: 8 }),
        batch_size: int(1, 1, 4096),
      },
      ['LATENT'],
    ],
    [
      'KSampler',
      'KSampler',
      {
        model: link('MODEL'),
        seed: int(0, 0, 2 ** 64, { control_after_generate: true }),
        steps: int(20, 1, 10000),
        cfg: ['FLOAT', { default: 8, min: 0, max: 100, step: 0.1, round: 0.01 }],
        sampler_name: [samplers, {}],
        scheduler: [schedulers, {}],
        positive: link('CONDITIONING'),
        negative: link('CONDITIONING'),
        latent_image: link('LATENT'),
        denoise: ['FLOAT', { default: 1, min: 0, max: 1, step: 0.01 }],
      },
      ['LATENT'],
    ],
    ['VAEDecode', 'VAE Decode', { samples: link('LATENT'), vae: link('VAE') }, ['IMAGE']],
  ];
  return Object.fromEntries(
    rows.map(([name, title, required, output, isOutput = false]) => [
      name,
      {
        input: { required, ...(isOutput && { hidden: { prompt: 'PROMPT', extra_pnginfo: 'EXTRA_PNGINFO' } }) },
        input_order: { required: Object.keys(required), ...(isOutput && { hidden: ['prompt', 'extra_pnginfo'] }) },
        ...(version === '0.33.0' && { is_input_list: false }),
        output,
        output_is_list: output.map(() => false),
        output_name: name === 'SaveImage' || name === 'PreviewImage' ? output.map(() => 'images') : output,
        name,
        display_name: title,
        description: 'A stand-in of this node class.',
        python_module: 'nodes',
        category: 'stand-in',
        output_node: isOutput,
        ...(version === '0.33.0' && { has_intermediate_output: false, search_aliases: [] }),
      },
    ]),
  );
}
