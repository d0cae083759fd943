/** Which folder of models an input names a file of. Source: the node classes of ComfyUI 0.33.0. */
const folders: readonly (readonly [input: RegExp, folder: string])[] = [
  [/^ckpt_name\d*$/, 'checkpoints'],
  [/^lora_name\d*$/, 'loras'],
  [/^vae_name\d*$/, 'vae'],
  [/^unet_name\d*$/, 'diffusion_models'],
  [/^clip_name\d*$/, 'text_encoders'],
  [/^control_net_name\d*$/, 'controlnet'],
  [/^style_model_name\d*$/, 'style_models'],
  [/^gligen_name\d*$/, 'gligen'],
  [/^hypernetwork_name\d*$/, 'hypernetworks'],
  [/^model_name\d*$/, 'upscale_models'],
];

/** Undefined for an input that names no model. */
export const modelFolder = (input: string): string | undefined => folders.find(([pattern]) => pattern.test(input))?.[1];
