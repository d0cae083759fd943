import { defineCheck, need, type Verdict } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import { accounts } from '../probes/accounts.ts';
import { gpuDriver } from '../probes/gpu-driver.ts';
import { gpuNodes } from '../probes/gpu-nodes.ts';
import { identity } from '../probes/identity.ts';
import { deniedServices } from './device-access.ts';
import { gpuNode } from './gpu-node.ts';

/** CUDA needs them all; nvidia-smi works without the second. */
const needed = ['/dev/nvidiactl', '/dev/nvidia-uvm'];

/** Source: nvidia-container-toolkit 48, the troubleshooting pages of Ollama. */
export const gpuUvm = defineCheck({
  name: 'gpu.uvm',
  summary: 'The device files that CUDA needs are there, and GPU services may open them',
  layer: 'gpu',
  rule: 'Critical when a device file that CUDA needs is missing and GPUs are wanted, degraded when none are, or when the user of a GPU service may not open one. Source: nvidia-container-toolkit, Ollama.',
  unseen: 'Whether CUDA really starts; rules of device control groups, access lists, and the inside of containers.',
  subjects: gpuNode,
  needs: () => ({
    nodes: need(gpuNodes, {}),
    driver: need(gpuDriver, {}),
    identity: need(identity, {}),
    accounts: need(accounts, {}),
  }),
  evaluate({ nodes, driver, identity: { container }, accounts: users }, node): readonly Verdict[] {
    if (driver.kernelVersion === null) return [{ status: 'not_applicable', summary: 'No NVIDIA driver is loaded.' }];
    if (nodes.other !== null)
      return [{ status: 'not_applicable', summary: 'GPUs are reached without device files of their own here.' }];
    const paths = nodes.nvidia.map(({ path }) => path);
    const missing = needed.filter((path) => !paths.includes(path));
    if (!paths.some((path) => /nvidia\d+$/.test(path))) missing.push('/dev/nvidia*');
    if (missing.length === needed.length + 1 && container !== null && driver.program === null && !wantsGpu(node))
      return [{ status: 'not_applicable', summary: `This ${container} container was given no GPU.` }];
    const denied = deniedServices(node, users, nodes.nvidia);
    if (missing.length === 0)
      return denied.length > 0
        ? denied
        : [{ status: 'ok', summary: `The device files that CUDA needs are there: ${paths.join(', ')}.` }];
    // In a container nothing can be made on demand: what it was not given it does not get.
    if (nodes.madeOnDemand && container === null)
      return [
        ...denied,
        { status: 'ok', summary: `nvidia-modprobe makes ${missing.join(', ')} when the first program needs it.` },
      ];
    return [lacking(missing, container, node), ...denied];
  },
});

const wantsGpu = ({ gpus, services }: Node): boolean => gpus !== 'auto' || services.some(({ gpu }) => gpu);

const lacking = (missing: readonly string[], container: string | null, node: Node): Verdict => ({
  status: wantsGpu(node) ? 'critical' : 'degraded',
  summary: `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: CUDA programs fail, even where nvidia-smi works.`,
  restartHelps: 'after-fix',
  next: [
    {
      say:
        container === null
          ? 'Load the module and make the files (`nvidia-modprobe -u -c 0`, as root), then restart the services that use a GPU.'
          : 'Create the container anew with its GPUs and the capabilities "compute,utility"; see first whether nvidia-smi works on the machine itself.',
    },
  ],
});
