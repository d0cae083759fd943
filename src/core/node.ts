import { z } from 'zod';
import { comfyuiSchema } from './comfyui.ts';
import type { OpsError } from './errors.ts';
import type { Playbook } from './playbook.ts';
import type { Policy } from './policy.ts';
import { safeName, serviceSchema, type Service } from './service.ts';
import { siteCommandSchema } from './site-command.ts';
import { stackSchema } from './stack.ts';

const percent = z.number().min(0).max(100);

/** Opinions, not physics: each may be set for the fleet or for a node, and a finding says which value it used. */
export const thresholdsSchema = z.strictObject({
  diskDegradedPercent: percent.default(80).describe('Used bytes or inodes of a filesystem (gpud, GCM)'),
  diskCriticalPercent: percent.default(95).describe('The same, critical from here (gpud, GCM)'),
  rootCriticalMiB: z.number().min(0).default(500).describe('Free space on / below this (gpud)'),
  mountSlowMs: z.int().positive().default(1_000).describe('A network or FUSE filesystem that answers later than this'),
  memoryDegradedPercent: percent.default(10).describe('Available memory below this (convention)'),
  memoryCriticalMiB: z.number().positive().default(100).describe('Available memory below this (gpud)'),
  memoryPressurePercent: percent
    .default(10)
    .describe('Part of the last minute in which nothing ran for want of memory'),
  ioPressurePercent: percent.default(20).describe('Part of the last minute in which nothing ran for want of storage'),
  loadPerCpu: z.number().positive().default(2).describe('Tasks that run or wait, for each CPU (gpud)'),
  handlesDegradedPercent: percent.default(80).describe('Open files or tasks of those allowed (gpud)'),
  handlesCriticalPercent: percent.default(95).describe('The same, critical from here (gpud)'),
  clockDegradedSeconds: z.number().positive().default(2).describe("Clock skew; the node's clock is read to the second"),
  clockCriticalSeconds: z.number().positive().default(30).describe('TLS and tokens begin to fail'),
  dnsSlowSeconds: z.number().positive().default(2).describe('To find the address of a name'),
  egressSlowMs: z.int().positive().default(7_000).describe('An answer of what the node must reach (gpud)'),
  healthSlowMs: z.int().positive().default(2_000).describe('A health answer slower than this'),
  youngSeconds: z.number().positive().default(60).describe('A service is proven up after this long'),
  filesDegradedPercent: percent.default(80).describe('Open files of what a process may open (gpud)'),
  filesCriticalPercent: percent.default(95).describe('The same, critical from here (gpud)'),
  flapExits: z.int().min(2).default(3).describe('A service flaps that ended by itself this often'),
  flapWindowSeconds: z.number().positive().default(600).describe('The time within which `flapExits` count'),
  gpuMemoryDegradedPercent: percent
    .default(2)
    .describe('Free GPU memory below this; a loaded model server fills most of it on purpose'),
  gpuHiddenMiB: z
    .number()
    .positive()
    .default(1024)
    .describe('GPU memory that no process accounts for, above this; old drivers count up to 600 MiB of their own'),
  kernelFaultHours: z
    .number()
    .positive()
    .default(24)
    .describe('A fault in the kernel log counts for this long (NVSentinel); what lasts until a boot counts until then'),
  modelSlowSeconds: z.number().positive().default(2).describe('64 KiB of a model take longer to read'),
  gpuSlowSeconds: z.number().positive().default(5).describe('nvidia-smi slower than this (nvidia_gpu_exporter)'),
  temporalSlowMs: z.int().positive().default(1_000).describe('The Temporal frontend reached more slowly than this'),
  backlogDegradedSeconds: z.number().positive().default(60).describe('The oldest task of a queue waits for longer'),
  backlogCriticalSeconds: z.number().positive().default(600).describe('The same, critical from here'),
  loadingCriticalSeconds: z.number().positive().default(900).describe('llama-server still loads after this long'),
  comfyuiStuckSeconds: z.number().positive().default(600).describe('A ComfyUI is at one prompt for longer'),
  gpuWakeSeconds: z.number().positive().default(2).describe('nvidia-smi slower than this while persistence is off'),
  engineSlowMs: z.int().positive().default(2_000).describe('The container engine lists its containers more slowly'),
  gpuPowerLimitPercent: percent.default(90).describe('Power limit below this part of the default (gpud)'),
});
export type Thresholds = z.infer<typeof thresholdsSchema>;

export const addressSchema = z.strictObject({
  host: safeName.describe('Name or address, or an alias of ~/.ssh/config'),
  port: z.int().min(1).max(65_535).optional(),
  user: safeName.optional(),
  identity: z.string().optional().describe('Private key file; ~ is your home. An encrypted one needs the agent'),
  agent: z.boolean().default(true).describe('Use the agent of SSH_AUTH_SOCK'),
  jump: z.array(safeName).optional().describe('Jump hosts, in order: aliases, or user@host:port'),
  config: z.string().optional().describe('ssh_config file instead of ~/.ssh/config'),
  knownHosts: z.string().optional().describe('known_hosts file instead of ~/.ssh/known_hosts'),
});
export type Address = z.infer<typeof addressSchema>;

export const transports = ['ssh', 'openssh', 'local'] as const;

export const nodeSchema = z.strictObject({
  ssh: z
    .union([safeName, addressSchema])
    .optional()
    .describe('An alias of ~/.ssh/config, or how to reach it; the node name when left out'),
  transport: z
    .enum(transports)
    .default('ssh')
    .describe("ssh: pooled, in this process; openssh: the system's ssh; local: this machine"),
  host_key: z
    .enum(['strict', 'ephemeral'])
    .default('strict')
    .describe('"ephemeral" accepts any host key, for rented machines; every report says so'),
  become: z.enum(['sudo']).optional().describe('Look through sudo -n where the login user may not'),
  labels: z.record(z.string(), z.string()).default({}),
  gpus: z
    .union([z.int().min(0), z.literal('auto')])
    .default('auto')
    .describe('How many GPUs it must have; auto looks'),
  services: z.record(safeName, serviceSchema).default({}),
  comfyui: comfyuiSchema.optional().describe('The ComfyUI that runs here, one instance for each GPU'),
  stack: stackSchema.optional().describe('The compose stack that runs here, chosen by a hardware profile'),
  commands: z
    .record(safeName, siteCommandSchema)
    .default({})
    .describe('What can be done here beyond what rackhand knows: a deploy, a copy of a model'),
  files: z.array(z.string().startsWith('/')).default([]).describe('Files that must be there'),
  mounts: z
    .array(z.string().startsWith('/'))
    .default([])
    .describe('Paths whose filesystem must have room; / is always looked at'),
  reaches: z
    .array(z.url({ protocol: /^https?$/ }))
    .default([])
    .describe('What its services fetch from: model stores, object storage. Asked from the node'),
  thresholds: thresholdsSchema.partial().default({}),
  simulated: z.array(z.string()).default([]).describe('Parts of this node that are not real; every report says so'),
});

/** One machine that can be reached, with everything expected of it. */
export interface Node extends Omit<z.infer<typeof nodeSchema>, 'ssh' | 'services' | 'thresholds'> {
  readonly name: string;
  readonly ssh: Address;
  readonly services: readonly Service[];
  readonly thresholds: Thresholds;
}

/** All nodes, where they were declared, and the secret values that no one may see. */
export interface Fleet {
  readonly path: string;
  readonly nodes: readonly Node[];
  readonly secrets: readonly string[];
  readonly policy: Policy;
  /** Where each rule of the policy stands, as `file:line`. */
  readonly rulePlaces: readonly string[];
  /** Those that were written beside it. */
  readonly playbooks: readonly Playbook[];
  /** Those of them that are left out, because something is wrong in them. */
  readonly brokenPlaybooks: readonly BrokenPlaybook[];
  /** Workflows of ComfyUI that lie beside it. */
  readonly workflows: readonly WorkflowFile[];
}

/** A workflow as it was saved, or why it can't be read. */
export type WorkflowFile = { readonly name: string; readonly path: string } & (
  | { readonly text: string }
  | { readonly trouble: string }
);

/** A playbook that can't be run. */
export interface BrokenPlaybook {
  /** As it calls itself, or as its file is called where it does not. */
  readonly name: string;
  readonly path: string;
  /** With file, line and column. */
  readonly mistake: OpsError;
}
