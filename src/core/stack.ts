import { z } from 'zod';
import { safeName } from './service.ts';

const path = z.string().startsWith('/', 'must be an absolute path on the node');
const url = z.url({ protocol: /^https?$/ }).optional();
const value = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Environment of the servers of a stack that is compared and may be shown: nothing else of it is ever read. */
export const ollamaSettings = [
  'OLLAMA_CONTEXT_LENGTH',
  'OLLAMA_FLASH_ATTENTION',
  'OLLAMA_KV_CACHE_TYPE',
  'OLLAMA_MAX_LOADED_MODELS',
] as const;
export const comfyuiSettings = ['BASE_DIRECTORY', 'SECURITY_LEVEL', 'USE_UV'] as const;

/** A compose stack with a variant of each service for the CPU, NVIDIA and AMD, of which a profile chooses one. */
export const stackSchema = z.strictObject({
  file: path.describe('Its compose file on the node'),
  project: safeName.optional().describe('Its name in the engine, where neither the file nor its folder tells it'),
  socket: path.default('/var/run/docker.sock').describe('Socket of the engine'),
  profile: safeName.optional().describe('The hardware profile that must be active here; one that fits when left out'),
  profiles: z
    .record(safeName, z.array(safeName))
    .default({})
    .describe('Services of each hardware profile, where the file does not tell'),
  network: safeName
    .optional()
    .describe('The external network that its services are on; those of the file when left out'),
  ollama: z
    .strictObject({
      url: url.describe('Where it answers on the node; the address of its container when left out'),
      settings: z
        .partialRecord(z.enum(ollamaSettings), value)
        .default({})
        .describe('What it must run with; what the compose file says when left out'),
      models: z.array(z.string().min(1)).default([]).describe('Models that it must have, e.g. nomic-embed-text'),
    })
    .prefault({}),
  comfyui: z
    .strictObject({
      url: url.describe('Where it answers on the node; the address of its container when left out'),
      settings: z.partialRecord(z.enum(comfyuiSettings), value).default({}).describe('What it must run with'),
    })
    .prefault({}),
  init: z
    .array(safeName)
    .default([])
    .describe('Services that run once and provision; those that run a shell line beside another when left out'),
  scripts: z.array(path).default([]).describe('Provision scripts, which must be there and executable'),
});
export type Stack = z.infer<typeof stackSchema>;
