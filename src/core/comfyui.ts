import { z } from 'zod';
import { comfyuiAcceptSchema } from './comfyui-accept.ts';
import { comfyuiInstancesSchema } from './comfyui-instances.ts';
import { comfyuiInstallSchema } from './comfyui-install.ts';
import { comfyuiStorageSchema } from './comfyui-storage.ts';
import { modelFileSchema } from './service.ts';

/** The ComfyUI of a node: one installation, from which one instance runs for each GPU. */
export const comfyuiSchema = z.strictObject({
  path: z
    .string()
    .startsWith('/', 'must be an absolute path on the node')
    .describe('Where ComfyUI is installed: the folder that holds its main.py, or a link to it'),
  instances: comfyuiInstancesSchema
    .optional()
    .describe('One of it for each GPU, each a service of this node: comfyui-gpu0, comfyui-gpu1'),
  models: z.array(modelFileSchema).default([]).describe('Model files without which its instances are of no use'),
  install: comfyuiInstallSchema.optional().describe('What of ComfyUI is to be installed, and from where'),
  accept: comfyuiAcceptSchema.optional().describe('What comfyui_accept holds it to'),
  storage: comfyuiStorageSchema
    .optional()
    .describe('Its folders, where it runs from the image mmartial/comfyui-nvidia-docker'),
});
export type Comfyui = z.infer<typeof comfyuiSchema>;
