import { instancesOf, visibleGpu, type Instance } from '../core/comfyui-instances.ts';
import type { Comfyui } from '../core/comfyui.ts';
import type { Node } from '../core/node.ts';

/** How one instance is started, whoever starts it. */
export interface Launch extends Instance {
  readonly python: string;
  /** Its main.py. */
  readonly script: string;
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** All that one ComfyUI of a node declares, with how each is started. */
export interface Launches {
  readonly declared: NonNullable<Comfyui['instances']>;
  readonly all: readonly Launch[];
}

/** How the instances of a node are started; undefined where it declares none. */
export function launchesOf(node: Pick<Node, 'comfyui' | 'gpus'>): Launches | undefined {
  const { comfyui } = node;
  const declared = comfyui?.instances;
  if (comfyui === undefined || declared === undefined) return undefined;
  const { listen, input, output, cpuOnly, flags } = declared;
  const python = declared.python ?? (comfyui.install === undefined ? 'python3' : `${comfyui.path}/venv/bin/python`);
  const shared = [
    ...(output === undefined ? [] : ['--output-directory', output]),
    ...(input === undefined ? [] : ['--input-directory', input]),
    ...(cpuOnly ? ['--cpu'] : []),
    ...flags,
  ];
  const all = instancesOf(node).map((instance) => ({
    ...instance,
    python,
    script: `${comfyui.path}/main.py`,
    cwd: comfyui.path,
    args: ['--listen', listen, '--port', String(instance.port), ...shared],
    env: { CUDA_VISIBLE_DEVICES: visibleGpu(declared, instance), COMFYUI_PORT: String(instance.port) },
  }));
  return { declared, all };
}
