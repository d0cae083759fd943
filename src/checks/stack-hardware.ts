import { defineCheck, need, type Verdict } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import type { Stack } from '../core/stack.ts';
import { gpuDriver } from '../probes/gpu-driver.ts';
import { gpuNodes, type GpuNodes } from '../probes/gpu-nodes.ts';
import {
  activeProfiles,
  compose,
  engineUnknown,
  fileUnknown,
  hardwareProfiles,
  needFile,
  needMembers,
  stackNode,
  type Hardware,
} from './stack-view.ts';

/** To be asked before the stack is started, as much as while it runs: a container of the wrong profile just does not start. */
export const stackHardware = defineCheck({
  name: 'stack.hardware',
  summary: 'The hardware profile of the stack fits the hardware of the node',
  layer: 'container',
  rule: "Critical when the active or declared profile is for NVIDIA and the driver or its devices are missing, or for AMD and /dev/kfd or /dev/dri is; degraded when an undeclared CPU profile runs beside GPUs. Sources: NVIDIA's and AMD's pages on containers.",
  unseen: 'Whether the GPUs are well: the checks of the GPU say that.',
  subjects: stackNode,
  needs: (stack, node) => ({
    file: needFile(stack, node),
    members: needMembers(stack, node),
    driver: need(gpuDriver, {}),
    devices: need(gpuNodes, {}),
  }),
  evaluate({ file, members, driver, devices }, stack, node): readonly Verdict[] {
    if (!file.read) return [fileUnknown(stack)];
    const known = hardwareProfiles(file, stack);
    const meant = stack.profile === undefined ? undefined : known.get(stack.profile);
    const active = members.reachable ? activeProfiles(file, stack, members.members) : [];
    const judged =
      active.length > 0
        ? active.map(({ profile, hardware }) => ({ profile, hardware, how: 'is active' }))
        : meant === undefined
          ? []
          : [{ profile: stack.profile ?? '', hardware: meant, how: 'is meant' }];
    if (judged.length === 0)
      return members.reachable
        ? [{ status: 'not_applicable', summary: 'No hardware profile is active or declared; see stack.profile.' }]
        : [engineUnknown(members)];
    const there = hardwareOf(driver.kernelVersion, devices);
    return judged.map(({ profile, hardware, how }): Verdict => {
      const missing = there.lacks[hardware];
      if (missing !== undefined) return unfit(`The profile ${profile} ${how}, but ${missing}.`, hardware);
      const isAlone = hardware === 'cpu' && judged.length === 1;
      const other = isAlone && stack.profile !== profile && node.gpus !== 0 ? there.gpu : undefined;
      return other === undefined
        ? { status: 'ok', summary: `The profile ${profile} ${how}, and ${there.has[hardware]}.` }
        : unused(profile, other, known, stack, node);
    });
  },
});

interface There {
  readonly lacks: Readonly<Record<Hardware, string | undefined>>;
  readonly has: Readonly<Record<Hardware, string>>;
  readonly gpu: 'nvidia' | 'amd' | undefined;
}

function hardwareOf(kernelVersion: string | null, { nvidia, rocm, other, madeOnDemand }: GpuNodes): There {
  const cards = nvidia.filter(({ path }) => /^\/dev\/nvidia\d+$/.test(path)).length;
  const renderers = rocm.filter(({ path }) => path.startsWith('/dev/dri/')).length;
  const kfd = rocm.some(({ path }) => path === '/dev/kfd');
  const noDriver = kernelVersion === null && other === null ? 'no NVIDIA driver is loaded on this machine' : undefined;
  const noCards = cards === 0 && other === null && !madeOnDemand ? 'there is no /dev/nvidia0' : undefined;
  const missing = [...(kfd ? [] : ['/dev/kfd']), ...(renderers > 0 ? [] : ['a render node in /dev/dri'])];
  return {
    lacks: {
      cpu: undefined,
      nvidia: noDriver ?? noCards,
      amd: missing.length === 0 ? undefined : `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`,
    },
    has: {
      cpu: 'it needs no GPU',
      nvidia: kernelVersion === null ? 'a GPU is there' : `the NVIDIA driver ${kernelVersion} is loaded`,
      amd: '/dev/kfd and /dev/dri are there',
    },
    gpu: noDriver === undefined && noCards === undefined ? 'nvidia' : kfd ? 'amd' : undefined,
  };
}

const unfit = (summary: string, hardware: Hardware): Verdict => ({
  status: 'critical',
  summary,
  restartHelps: 'no',
  next: [
    {
      say:
        hardware === 'amd'
          ? 'See that amdgpu is loaded (ls /dev/kfd /dev/dri); on a machine without an AMD GPU start another profile.'
          : 'See that nvidia-smi answers on the machine itself before the stack is started; on one without an NVIDIA GPU start another profile.',
    },
  ],
});

function unused(
  profile: string,
  gpu: 'nvidia' | 'amd',
  known: ReadonlyMap<string, Hardware>,
  stack: Stack,
  node: Node,
): Verdict {
  const better = [...known].find(([, hardware]) => hardware === gpu)?.[0];
  const name = gpu === 'nvidia' ? 'NVIDIA' : 'AMD';
  return {
    status: 'degraded',
    summary: `The profile ${profile} is active, although ${node.name} has an ${name} GPU: all of it computes on the CPU.`,
    next: [
      {
        say:
          better === undefined
            ? 'If it is meant so, declare that profile for the stack in the fleet file.'
            : `Start ${compose(stack, better, 'up -d')} once the containers of ${profile} are removed; if it is meant so, declare the profile in the fleet file.`,
      },
    ],
  };
}
