import { defineCheck, need, type Verdict } from '../core/check.ts';
import { containerToolkit, type ContainerToolkit } from '../probes/container-toolkit.ts';
import type { EngineOffers } from '../probes/engine-offers.ts';
import { gpuDriver } from '../probes/gpu-driver.ts';
import { gpusAskedBy } from '../probes/stack-members.ts';
import {
  activeProfiles,
  engineUnknown,
  fileUnknown,
  needFile,
  needMembers,
  needOffers,
  profilesOf,
  stackNode,
} from './stack-view.ts';

/**
 * Three ways lead GPUs of NVIDIA into a container: the runtime `nvidia`, its hook, which an engine calls for `--gpus` when it
 * found it at its start, and specifications (CDI). Sources: moby's daemon/nvidia_linux.go and NVIDIA's toolkit.
 */
export const stackToolkit = defineCheck({
  name: 'stack.toolkit',
  summary: 'The engine can hand NVIDIA GPUs to the containers that ask for them',
  layer: 'container',
  rule: 'Critical when a container or the profile asks for NVIDIA GPUs and the engine knows no way to them: no runtime nvidia, no hook, no CDI specification; degraded when its configuration was not taken up or a specification is of another driver than the one that is loaded.',
  unseen: 'A hook that was installed after the engine was started, and where other engines look.',
  subjects: stackNode,
  needs: (stack, node) => ({
    file: needFile(stack, node),
    members: needMembers(stack, node),
    offers: needOffers(stack, node),
    toolkit: need(containerToolkit, {}),
    driver: need(gpuDriver, {}),
  }),
  evaluate({ file, members, offers, toolkit, driver: { kernelVersion } }, stack): Verdict {
    const made = members.reachable ? members.members : [];
    const askers = made.filter((member) => gpusAskedBy(member) === 'nvidia').map(({ service }) => service);
    if (askers.length === 0 && !file.read) return fileUnknown(stack);
    const active = file.read ? activeProfiles(file, stack, made).map(({ profile }) => profile) : [];
    const profiles = active.length > 0 ? active : stack.profile === undefined ? [] : [stack.profile];
    const services = file.read ? file.services : [];
    const declared = services.filter(
      (each) => each.asks === 'nvidia' && profilesOf(each, stack).some((profile) => profiles.includes(profile)),
    );
    const names = [...new Set([...askers, ...declared.map(({ name }) => name)])];
    if (names.length === 0)
      return { status: 'not_applicable', summary: 'No container of the stack asks for an NVIDIA GPU.' };
    if (kernelVersion === null)
      return {
        status: 'not_applicable',
        summary: 'No NVIDIA driver is loaded, so there is nothing to hand out; see stack.hardware.',
      };
    if (!offers.reachable) return engineUnknown(offers);
    return wired(names.join(', '), offers, toolkit, kernelVersion);
  },
});

function wired(
  names: string,
  offers: EngineOffers & { reachable: true },
  toolkit: ContainerToolkit,
  driver: string,
): Verdict {
  const runtime = offers.runtimes.includes('nvidia');
  const { hook, specs, configured, program } = toolkit;
  const devices = offers.devices?.length ?? 0;
  if (!runtime && hook === null && specs.length === 0 && devices === 0)
    return {
      status: 'critical',
      summary: `The engine knows no way to the GPUs for ${names}: it has no runtime nvidia, and there is no toolkit hook and no CDI specification.${configured === true ? ' Its daemon.json names the runtime, but it was not restarted since.' : ''}`,
      signature: 'DK-DRIVER',
      restartHelps: 'after-fix',
      next: [{ say: program === null ? install : configured === true ? takeUp : configure }],
    };
  const stale = specs.filter((spec) => spec.driver !== null && spec.driver !== driver);
  if (stale.length > 0)
    return {
      status: 'degraded',
      summary: `${stale.map((spec) => `${spec.path} is for the driver ${spec.driver}`).join(', ')}, and ${driver} is loaded: a new container may not get its GPU.`,
      signature: 'DK-CDI',
      next: [
        {
          say: `Write it anew: nvidia-ctk cdi generate --output=${stale[0]?.path ?? '/etc/cdi/nvidia.yaml'}; then create the containers anew that ask for GPUs.`,
        },
      ],
    };
  if (configured === true && !runtime)
    return {
      status: 'degraded',
      summary: 'daemon.json names the runtime nvidia, but the engine does not know it: it was not restarted since.',
      next: [{ say: takeUp }],
    };
  const ways = [
    ...(runtime ? ['the runtime nvidia'] : []),
    ...(hook === null ? [] : ['the hook of the toolkit']),
    ...(specs.length + devices > 0 ? ['CDI'] : []),
  ];
  return { status: 'ok', summary: `The engine can hand NVIDIA GPUs to ${names}: by ${ways.join(', ')}.` };
}

const wire =
  'nvidia-ctk runtime configure --runtime=docker, then restart the engine at a quiet time: that stops its containers.';
const install = `Install nvidia-container-toolkit, then wire it: ${wire}`;
const configure = `The toolkit is there and not wired: ${wire}`;
const takeUp = 'Restart the engine at a quiet time, so that it takes its configuration up: that stops its containers.';
