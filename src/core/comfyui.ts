import { z } from 'zod';
import { comfyuiInstancesSchema } from './comfyui-instances.ts';

/** The ComfyUI of a node: one installation, from which one instance runs for each GPU. */
export const comfyuiSchema = z.strictObject({
  path: z
    .string()
    .startsWith('/', 'must be an absolute path on the node')
    .describe('Where ComfyUI is installed: the folder that holds its main.py, or a link to it'),
  instances: comfyuiInstancesSchema
    .optional()
    .describe('One of it for each GPU, each a service of this node: comfyui-gpu0, comfyui-gpu1'),
});
export type Comfyui = z.infer<typeof comfyuiSchema>;
