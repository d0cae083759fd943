import { z } from 'zod';
import { safeName } from './service.ts';

const path = z.string().startsWith('/', 'must be an absolute path').regex(/[^/]$/, 'must not end in /');

/** Where a ComfyUI of the image mmartial/comfyui-nvidia-docker keeps its files. Paths are the node's; `inside` is its container's. */
export const comfyuiStorageSchema = z.strictObject({
  run: path.describe('Folder that is /comfy/mnt in its container: ComfyUI itself, its venv and its caches'),
  base: path.optional().describe('Folder that is its BASE_DIRECTORY: models, input, output, user, custom_nodes'),
  inside: path.default('/basedir').describe('What the container calls that folder: the value of BASE_DIRECTORY'),
  uid: z.int().min(0).default(1024).describe('WANTED_UID: whose these folders must be, to the number'),
  gid: z.int().min(0).default(1024).describe('WANTED_GID'),
  shared: z
    .array(
      z.strictObject({
        path: path.describe('Folder on the node'),
        inside: path.describe('Its mount in the container'),
      }),
    )
    .default([])
    .describe('Models that others use too: mounted read-only outside of /comfy/mnt, and reached by links inside'),
  container: safeName.optional().describe('Name of its container, once there is one'),
  server: z
    .string()
    .optional()
    .describe('Where its container engine answers: unix:///path; that of Docker when left out'),
  port: z.int().min(1).max(65_535).default(8188).describe('Port of the node that it is to listen on'),
  firstStartGiB: z
    .number()
    .min(0)
    .default(25)
    .describe('Room that a first start needs for torch, its packages and their cache'),
  data: z
    .record(path, z.enum(['authoritative', 'disposable']))
    .default({})
    .describe('What may be lost with the node, and what may not: the latter must not lie on its own disks'),
});
export type ComfyuiStorage = z.infer<typeof comfyuiStorageSchema>;
