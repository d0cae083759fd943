import { z } from 'zod';
import type { Comfyui } from './comfyui.ts';
import { safeName, serviceSchema } from './service.ts';

const path = z.string().regex(/^\/[^\0\r\n]*$/, 'must be an absolute path on the node, on one line');
/** Those that an instance has from keys of its own: said twice, one of the two would be wrong some day. */
const ownFlags = ['--port', '--listen', '--cpu', '--cuda-device', '--input-directory', '--output-directory'];
const flag = z
  .string()
  .regex(/^[^\0\r\n]+$/, 'must not be empty, and stand on one line')
  .refine((word) => !ownFlags.includes(word.split('=')[0] ?? ''), {
    message: `is given by a key of its own: ${ownFlags.join(', ')} can not stand here`,
  });
const gpuIndex = z.int().min(0).max(63);

/** One ComfyUI for each GPU: `comfyui-gpu0` on the first port, `comfyui-gpu1` on the next. */
export const comfyuiInstancesSchema = z.strictObject({
  gpus: z
    .union([z.int().min(1).max(64), z.array(gpuIndex).min(1)])
    .optional()
    .describe('How many GPUs, or which by index; those of the node when left out'),
  portStart: z.int().min(1).max(65_472).default(8188).describe('Port of GPU 0; that of another is so much higher'),
  listen: z
    .union([z.ipv4('must be an IP address'), z.ipv6('must be an IP address')])
    .default('127.0.0.1')
    .describe('The address that each listens on; 0.0.0.0 for all'),
  input: path.optional().describe('Where all of them read inputs (--input-directory)'),
  output: path.optional().describe('Where all of them write results (--output-directory)'),
  flags: z.array(flag).default([]).describe('Further words of the command line, each a word of its own'),
  cpuOnly: z.boolean().default(false).describe('For development: --cpu, and no GPU is visible'),
  python: safeName.optional().describe('The Python of its environment; that of `install`, else python3, when left out'),
  manager: z.enum(['pm2', 'supervisor', 'systemd']).describe('Who starts them'),
  home: path.optional().describe('PM2_HOME of the daemon that runs them'),
  config: path.optional().describe("The manager's configuration, e.g. /etc/supervisor/supervisord.conf"),
  file: path.optional().describe('The file that is written for the manager, and for nothing else'),
  user: safeName.optional().describe('The user they run as'),
  restartDelayMs: z.int().min(0).max(600_000).default(5_000).describe('Between an end and the next start'),
  maxRestarts: z.int().min(0).max(1_000).default(10).describe('So many starts in a row that fail, then no more'),
  startSeconds: z.int().positive().default(120).describe('It must answer so soon after it was started'),
  quietSeconds: z.int().positive().default(15).describe('It must stay well for so long before a start counts as done'),
});
export type ComfyuiInstances = z.infer<typeof comfyuiInstancesSchema>;

/** One of them, as far as it differs from the others. */
export interface Instance {
  readonly name: string;
  readonly gpu: number;
  readonly port: number;
}

/** Where a node declares its ComfyUI, and how many GPUs it has. */
interface Declares {
  readonly gpus: number | 'auto';
  readonly comfyui?: Comfyui | undefined;
}

export const instanceName = (gpu: number): string => `comfyui-gpu${gpu}`;
/** The GPU that a name speaks of; undefined for other names. */
export const gpuOfName = (name: string): number | undefined => {
  const digits = /^comfyui-gpu(0|[1-9]\d*)$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** All that a node declares, in the order of the file; none where it does not say for which GPUs. */
export function instancesOf({ gpus: ofNode, comfyui }: Declares): readonly Instance[] {
  const declared = comfyui?.instances;
  if (declared === undefined) return [];
  const { gpus, portStart } = declared;
  return gpusOf(gpus ?? (declared.cpuOnly ? 1 : ofNode)).map((gpu) => ({
    name: instanceName(gpu),
    gpu,
    port: portStart + gpu,
  }));
}

function gpusOf(gpus: number | 'auto' | readonly number[]): readonly number[] {
  if (gpus === 'auto') return [];
  return typeof gpus === 'number' ? Array.from({ length: gpus }, (_, index) => index) : gpus;
}

/** Where the file for the manager stands, unless it says otherwise: beside the installation, or where supervisord looks. */
export const instanceFile = ({ path, instances }: Comfyui): string =>
  instances?.file ??
  (instances?.manager === 'supervisor'
    ? '/etc/supervisor/conf.d/comfyui.conf'
    : `${path.replace(/\/[^/]*\/*$/, '')}/comfyui.config.json`);

/** What CUDA_VISIBLE_DEVICES must be for one of them. */
export const visibleGpu = ({ cpuOnly }: ComfyuiInstances, { gpu }: Instance): string => (cpuOnly ? '' : String(gpu));

const anyAddress: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/** The instances of a node as services of it, so that whatever is done with a service is done with them. */
export function instanceServices(node: Declares): Readonly<Record<string, z.infer<typeof serviceSchema>>> {
  const { comfyui } = node;
  const declared = comfyui?.instances;
  if (comfyui === undefined || declared === undefined) return {};
  const { manager, home, config, user, cpuOnly, listen, startSeconds, quietSeconds } = declared;
  const host = anyAddress[listen] ?? (listen.includes(':') ? `[${listen}]` : listen);
  return Object.fromEntries(
    instancesOf(node).map((instance) => [
      instance.name,
      serviceSchema.parse({
        kind: 'comfyui',
        manager,
        home,
        config,
        user,
        gpu: !cpuOnly,
        health: [{ url: `http://${host}:${instance.port}/system_stats` }],
        ports: [instance.port],
        env: { CUDA_VISIBLE_DEVICES: visibleGpu(declared, instance) },
        files: [`${comfyui.path}/main.py`],
        models: comfyui.models,
        startSeconds,
        quietSeconds,
      }),
    ]),
  );
}
