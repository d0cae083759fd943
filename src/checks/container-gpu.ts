import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Stack } from '../core/stack.ts';
import { containerGpus, type ContainerGpu } from '../probes/container-gpus.ts';
import { gpuDriver } from '../probes/gpu-driver.ts';
import { compose, membersInput, needMembers, engineUnknown, stackNode } from './stack-view.ts';

/**
 * A container that started with its GPU and lost it: systemd took its control group over and closed the devices.
 *
 * Source: NVIDIA's container toolkit, issue 48: a container that lost its devices must be deleted and created anew.
 */
export const containerGpu = defineCheck({
  name: 'container.gpu',
  summary: 'Each running container that asks for GPUs still has them',
  layer: 'container',
  rule: 'Critical when a container asks for GPUs and has no device file of one, may not open them, or nvidia-smi fails in it while the driver of the node is loaded; unknown when none of that can be seen, or nvidia-smi in it gives no answer.',
  unseen: 'Whether its program computes there, and closed devices where the image has no nvidia-smi.',
  subjects: stackNode,
  needs: (stack, node) => ({
    members: needMembers(stack, node),
    gpus: need(containerGpus, membersInput(stack, node)),
    driver: need(gpuDriver, {}),
  }),
  evaluate({ members, gpus, driver }, stack): readonly Verdict[] {
    if (!members.reachable) return [engineUnknown(members)];
    if (gpus === null || gpus.length === 0)
      return [{ status: 'not_applicable', summary: 'No running container of the stack asks for a GPU.' }];
    return gpus.map((gpu) => ({
      subject: `container:${gpu.service}`,
      ...verdictOn(gpu, stack, driver.kernelVersion !== null),
    }));
  },
});

function verdictOn(gpu: ContainerGpu, stack: Stack, hasDriver: boolean): Verdict {
  const { service, asks, host, inside, open, said } = gpu;
  if (asks === 'nvidia' && !hasDriver)
    return {
      status: 'not_applicable',
      summary: `${service} asks for GPUs that this machine has no driver for; see stack.hardware.`,
    };
  if (inside !== null && inside.length === 0)
    return lost(
      service,
      stack,
      `${service} runs without a GPU: it asks for one and has no device file of one, and the machine has ${host.length === 0 ? 'none either' : host.join(', ')}.`,
    );
  if (open === false || (said?.state === 'fails' && /Unknown Error|Insufficient Permissions/i.test(said.line)))
    return {
      ...lost(
        service,
        stack,
        `${service} lost its GPU while it ran: its device files are there and closed to it${said?.state === 'fails' ? ` ("${said.line}")` : ''}, and the driver of the machine is well.`,
      ),
      signature: 'NV-UNKNOWN',
    };
  if (said?.state === 'fails')
    return lost(service, stack, `${service} does not get at its GPU: nvidia-smi in it says "${said.line}".`);
  if (said?.state === 'silent')
    return {
      status: 'unknown',
      summary: `Whether ${service} still has its GPU is not known: nvidia-smi in it gave no answer.`,
      next: [{ say: 'Ask no second time: see whether the driver hangs (gpu.wedged).' }],
    };
  const seen = said?.state === 'answers' ? said.gpus : (inside?.length ?? null);
  if (seen === null)
    return {
      status: 'unknown',
      summary: `Whether ${service} still has its GPU is not known: the login user may not look into it.`,
      next: [{ say: 'Declare `become: sudo` for the node.' }],
    };
  const proof =
    said?.state === 'answers'
      ? 'nvidia-smi in it lists'
      : 'its device files are there, which does not prove that they may be opened:';
  return { status: 'ok', summary: `${service}: ${proof} ${count(seen, 'GPU')} of the ${host.length} of the machine.` };
}

const lost = (service: string, stack: Stack, summary: string): Verdict => ({
  status: 'critical',
  summary,
  // Its rules are made when it is created: the same container comes back with the same ones.
  restartHelps: 'no',
  next: [
    {
      say: `Create it anew, as to start the same one again does not help: ${compose(stack, null, `up -d --force-recreate --no-deps ${service}`)}. So that it lasts: hand out GPUs by CDI, or nvidia-ctk system create-dev-char-symlinks --create-all.`,
    },
  ],
});
