interface Trial {
  readonly model?: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly seed: number;
}

const node = (type: string, inputs: Readonly<Record<string, string | number | readonly [string, number]>>) => ({
  class_type: type,
  inputs,
});

/**
 * A picture for a trial, as a workflow in the API format: it ends in the temporary folder, which ComfyUI empties.
 *
 * The seed makes each another picture: what was drawn before is not drawn again. Source: ComfyUI's own SDXL example.
 */
export function trialGraph({ model, width, height, steps, seed }: Trial) {
  if (model === undefined) {
    return {
      '1': node('EmptyImage', { width, height, batch_size: 1, color: seed % 16_777_216 }),
      '2': node('PreviewImage', { images: ['1', 0] }),
    };
  }
  return {
    '1': node('CheckpointLoaderSimple', { ckpt_name: model }),
    '2': node('CLIPTextEncode', { text: 'a lighthouse on a cliff, pixel art', clip: ['1', 1] }),
    '3': node('CLIPTextEncode', { text: 'blurry', clip: ['1', 1] }),
    '4': node('EmptyLatentImage', { width, height, batch_size: 1 }),
    '5': node('KSampler', {
      seed,
      steps,
      cfg: 7,
      sampler_name: 'euler',
      scheduler: 'normal',
      denoise: 1,
      model: ['1', 0],
      positive: ['2', 0],
      negative: ['3', 0],
      latent_image: ['4', 0],
    }),
    '6': node('VAEDecode', { samples: ['5', 0], vae: ['1', 2] }),
    '7': node('PreviewImage', { images: ['6', 0] }),
  };
}
