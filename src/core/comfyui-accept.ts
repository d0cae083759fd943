import { z } from 'zod';

const size = z.int().min(16).max(16_384);

/** What a ComfyUI must show before it takes work. Source of the defaults: the seed's acceptance list for SDXL. */
export const comfyuiAcceptSchema = z.strictObject({
  version: z.string().min(1).optional().describe('The release that must answer, as ComfyUI names it: 0.3.68'),
  model: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Checkpoint that the picture is drawn with, as ComfyUI lists it; without, one is drawn that needs no GPU',
    ),
  width: size.default(1024),
  height: size.default(1024),
  steps: z.int().min(1).max(1_000).default(20),
  seconds: z.number().positive().default(10).describe('The picture must be drawn within'),
  utilizationPercent: z
    .number()
    .min(0)
    .max(100)
    .default(50)
    .describe('The GPU must be used at least so much meanwhile, on the average of what was seen'),
  memoryGB: z.number().positive().default(30).describe('GPU memory in use must stay below, in 10^9 bytes'),
  templates: z
    .array(z.string().min(1))
    .default([])
    .describe('Workflows that an instance must be able to run: templates, or files of workflows/'),
});
export type ComfyuiAccept = z.infer<typeof comfyuiAcceptSchema>;
