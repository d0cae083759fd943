import { z } from 'zod';
import { comfyuiStorageSchema } from './comfyui-storage.ts';

/** The ComfyUI of a node: one installation, from which one instance runs for each GPU. */
export const comfyuiSchema = z.strictObject({
  path: z
    .string()
    .startsWith('/', 'must be an absolute path on the node')
    .describe('Where ComfyUI is installed: the folder that holds its main.py, or a link to it'),
  storage: comfyuiStorageSchema
    .optional()
    .describe('Its folders, where it runs from the image mmartial/comfyui-nvidia-docker'),
});
export type Comfyui = z.infer<typeof comfyuiSchema>;
