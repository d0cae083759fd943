import { z } from 'zod';

/** The ComfyUI of a node: one installation, from which one instance runs for each GPU. */
export const comfyuiSchema = z.strictObject({
  path: z
    .string()
    .startsWith('/', 'must be an absolute path on the node')
    .describe('Where ComfyUI is installed: the folder that holds its main.py, or a link to it'),
});
export type Comfyui = z.infer<typeof comfyuiSchema>;
