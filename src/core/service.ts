import { z } from 'zod';
import { knobSchema } from './knob.ts';
import type { Layer } from './layer.ts';

const path = z.string().startsWith('/', 'must be an absolute path on the node');

/** Words that may stand in a command: no control characters, and nothing that reads as an option. */
export const safeName = z
  .string()
  .regex(/^(?!-)[^\p{C}\s]+$/u, 'must not be empty, begin with "-" or hold blanks or control characters');

export const modelFileSchema = z.strictObject({
  path,
  bytes: z.int().positive().optional().describe('Expected size in bytes'),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits')
    .optional()
    .describe('Expected hash; compared only by model_verify with sha256'),
  resync: safeName.optional().describe('The command of this node that copies it here again'),
});
export type ModelFile = z.infer<typeof modelFileSchema>;

export const healthSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Asked on the node, so 127.0.0.1 is the node itself'),
  from: z.enum(['node', 'here']).default('node').describe('"here" asks from this machine, for a URL it can reach'),
  status: z.int().min(100).max(599).default(200).describe('HTTP status that means healthy'),
  expect: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .default({})
    .describe('Fields of the JSON answer (a.b for nested ones) and the value each must have'),
  headers: z.record(z.string(), z.string()).default({}).describe('Secrets as ${NAME} or {file: path}, never inline'),
  slowMs: z.int().positive().optional().describe('Slower than this is degraded'),
});
export type Health = z.infer<typeof healthSchema>;

export const probeRequestSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('Asked on the node; it must change nothing there'),
  body: z.string().optional().describe('JSON; with it, it is a POST'),
});

export const temporalSchema = z.strictObject({
  address: safeName.describe('host:port of the frontend, as its clients on the node reach it'),
  namespace: safeName.default('default'),
  http: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      "The frontend's HTTP API, e.g. http://temporal:7243; without it the temporal program of the node is asked",
    ),
  identity: z.string().min(1).optional().describe('Text that the identity of a poller must hold, e.g. @gpu'),
});

export const apis = ['ollama', 'openai'] as const;
/** By which API a model server is asked to write. */
export type Api = (typeof apis)[number];

export const serviceKinds = ['api', 'worker', 'llama', 'whisper', 'ollama', 'comfyui', 'other'] as const;
export const managers = ['supervisor', 'pm2', 'systemd', 'compose', 'none'] as const;
export type ManagerName = (typeof managers)[number];

export const serviceSchema = z.strictObject({
  kind: z.enum(serviceKinds).default('other').describe('What it is: decides its layer and which log signatures apply'),
  manager: z.enum(managers).describe('Who starts it; "none" for a program that nothing supervises'),
  unit: safeName.optional().describe('Its name in the manager (group:name, app, unit); the service name when left out'),
  config: path
    .optional()
    .describe("The manager's configuration: /etc/supervisor/supervisord.conf, or the compose file"),
  project: safeName
    .optional()
    .describe('The project of compose; the one whose containers name the config, or its folder, when left out'),
  home: path.optional().describe('PM2_HOME of the daemon that runs it'),
  server: z
    .string()
    .optional()
    .describe(
      "supervisord's address where the config can not be read: unix:///path or http://127.0.0.1:9001; for compose the socket of its engine, unix:///var/run/docker.sock when left out",
    ),
  auth: z
    .strictObject({ user: z.string(), password: z.string() })
    .optional()
    .describe('For supervisord; the password as ${NAME} or {file: path}'),
  user: safeName.optional().describe('The user it runs as, for what it must be able to read'),
  speaks: z
    .enum(apis)
    .optional()
    .describe('The API by which it writes text, at the origin of its first health URL; known of kind ollama and llama'),
  gpu: z.boolean().default(false).describe('It must hold a GPU'),
  oneshot: z.boolean().default(false).describe('It does its work and ends: that it ended with 0 is well'),
  logs: z.array(path).default([]).describe('Its logs; those that the manager knows are found without'),
  health: z.array(healthSchema).default([]),
  files: z.array(path).default([]).describe('Files without which it can not start'),
  editable: z.array(path).default([]).describe('Files that file_edit may change'),
  models: z.array(modelFileSchema).default([]),
  knobs: z.record(safeName, knobSchema).default({}).describe('What knob_tune may set, one at a time, and how far'),
  probe: probeRequestSchema
    .optional()
    .describe('A request whose time tells how fast it is; its first health URL when left out'),
  ports: z
    .array(z.int().min(1).max(65_535))
    .default([])
    .describe('Ports that it must listen on; those of its health URLs on the node count without'),
  waitSeconds: z
    .int()
    .positive()
    .optional()
    .describe('How long its start script waits for its model (LLAMA_WAIT_SECONDS)'),
  env: z
    .record(z.string(), z.string())
    .default({})
    .describe('What its own environment must hold; values are compared and never shown'),
  queue: z.string().optional().describe('The task queue that it polls'),
  temporal: temporalSchema.optional().describe('The Temporal server whose queue it polls'),
  needs: z.array(z.string()).default([]).describe('Services of this node that it depends on'),
  startSeconds: z.int().positive().default(120).describe('It must be well so soon after it was started'),
  quietSeconds: z
    .int()
    .positive()
    .default(15)
    .describe('It must stay well for so long after a change before that counts as done'),
  become: z.enum(['sudo']).optional().describe('Look through sudo -n where the login user may not'),
});
/** A long-running program of a node, as the fleet file declares it, with the name it has there. */
export type Service = z.infer<typeof serviceSchema> & { readonly name: string };

const layerOfKind: Record<Service['kind'], Layer> = {
  llama: 'inference',
  whisper: 'inference',
  ollama: 'inference',
  comfyui: 'inference',
  other: 'inference',
  worker: 'worker',
  api: 'api',
};
export const layerOf = (service: Service): Layer => layerOfKind[service.kind];

/** What its manager calls it. */
export const unitOf = (service: Service): string => service.unit ?? service.name;
