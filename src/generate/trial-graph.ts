import type { Json } from '../core/json.ts';
import type { Graph, GraphNode } from './graph.ts';
import { templates } from './templates.ts';

/** What is drawn on trial: with a checkpoint, or one colour without. */
export interface Trial {
  readonly model?: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  /** Another one is another picture: what was drawn before is not drawn again. */
  readonly seed: number;
}

/** A picture that ends in the temporary folder, which ComfyUI empties when it starts. */
export function trialGraph({ model, width, height, steps, seed }: Trial): Graph {
  if (model === undefined) {
    return {
      '1': { class_type: 'EmptyImage', inputs: { width, height, batch_size: 1, color: seed % 16_777_216 } },
      '2': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
    };
  }
  const set: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
    KSampler: { seed, steps },
    CheckpointLoaderSimple: { ckpt_name: model },
    EmptyLatentImage: { width, height },
    CLIPTextEncode: { text: 'a lighthouse on a cliff, pixel art' },
  };
  const text = templates.find(({ name }) => name === 'txt2img')?.graph ?? {};
  return Object.fromEntries(
    Object.entries(text).map(([id, node]): [string, GraphNode] => {
      const { class_type: type, inputs } = node;
      if (type === 'SaveImage')
        return [id, { class_type: 'PreviewImage', inputs: { images: inputs['images'] ?? null } }];
      return [id, { ...node, inputs: { ...inputs, ...set[type] } }];
    }),
  );
}
