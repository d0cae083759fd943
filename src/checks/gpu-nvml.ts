import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count, durationText } from '../core/format.ts';
import { gpuDevices, type GpuDevices } from '../probes/gpu-devices.ts';
import { gpuDriver } from '../probes/gpu-driver.ts';
import { nvidiaSmiFailure } from '../probes/nvidia-smi-failures.ts';
import type { Gpu } from '../probes/nvidia-smi-gpu.ts';
import { gpuName } from './each-gpu.ts';
import { gpuPci } from '../probes/gpu-pci.ts';
import { gpuNode, noGpu, notNvidia, otherMaker } from './gpu-node.ts';

/** What each failure means is in `nvidiaSmiFailures`. */
export const gpuNvml = defineCheck({
  name: 'gpu.nvml',
  summary: 'nvidia-smi answers, and about every GPU',
  layer: 'gpu',
  rule: 'Critical when nvidia-smi fails or calls a GPU lost; degraded when it complains, describes fewer GPUs than it counts, or reports an error for a field; unknown when it gives no answer or can not be run.',
  unseen: 'Whether CUDA works: it needs more than nvidia-smi does (gpu.uvm).',
  subjects: gpuNode,
  needs: (_, { become }) => ({
    devices: need(gpuDevices, { become }),
    driver: need(gpuDriver, {}),
    pci: need(gpuPci, {}),
  }),
  evaluate({ devices, driver: { kernelVersion }, pci }, { gpus: declared }): Verdict | readonly Verdict[] {
    switch (devices.state) {
      case 'absent':
        if (declared === 'auto') return noGpu;
        return otherMaker(pci)
          ? notNvidia
          : {
              status: 'critical',
              summary: `There is no nvidia-smi to look at the ${count(declared, 'declared GPU')} with.`,
            };
      case 'stuck':
      case 'silent':
        return { status: 'unknown', summary: 'Not known: nvidia-smi gives no answer, see gpu.wedged.' };
      case 'failed':
        return failed(devices, kernelVersion);
      default:
        return [answer(devices), ...devices.gpus.filter(({ faults }) => faults.length > 0).map(faultyGpu)];
    }
  },
});

function failed({ said, exitCode }: GpuDevices & { state: 'failed' }, kernelVersion: string | null): Verdict {
  const failure = nvidiaSmiFailure(said, exitCode);
  if (failure !== undefined) {
    const running = kernelVersion === null ? '' : ` (kernel driver ${kernelVersion})`;
    return {
      status: 'critical',
      summary: `nvidia-smi fails${running}: ${failure.meaning}. It says: ${quoted(said, exitCode)}`,
      signature: failure.id,
      restartHelps: 'no',
      next: [{ say: failure.advice }],
    };
  }
  if (exitCode === 127 || exitCode === 126) {
    return {
      status: 'unknown',
      summary: `nvidia-smi ${exitCode === 127 ? 'is not found' : 'may not be run'}${kernelVersion === null ? '' : `, though the NVIDIA driver ${kernelVersion} is loaded`}.`,
      next: [
        {
          say: 'Install nvidia-smi, or give the container the capability "utility"; declare `gpus: 0` if it has no GPU of its own.',
        },
      ],
    };
  }
  return {
    status: 'critical',
    summary: `nvidia-smi fails in a way that is not known: ${quoted(said, exitCode)}`,
    restartHelps: 'no',
    next: [{ say: 'Read the kernel log for NVRM and Xid lines.' }],
  };
}

/** The first line, as a sentence's end. */
const quoted = (said: string, exitCode: number | null): string =>
  said === ''
    ? `nothing, exit status ${exitCode}.`
    : `"${said.split('\n', 1)[0]?.slice(0, 200)}" (exit status ${exitCode}).`;

type Answered = GpuDevices & { state: 'answered' };

function answer(devices: Answered): Verdict {
  const { gpus, attachedGpus, complaints, seconds, driverVersion, exitCode } = devices;
  const complaint = complaints.join('\n');
  const seen = count(gpus.length, 'GPU');
  const failure = nvidiaSmiFailure(complaint, exitCode);
  if (failure !== undefined)
    return {
      status: 'degraded',
      summary: `nvidia-smi answers for ${seen}, but ${failure.meaning}. It says: ${quoted(complaint, exitCode)}`,
      signature: failure.id,
      restartHelps: 'no',
      next: [{ say: failure.advice }],
    };
  if (attachedGpus !== null && attachedGpus !== gpus.length)
    return {
      status: 'degraded',
      summary: `nvidia-smi counts ${count(attachedGpus, 'GPU')} and describes ${gpus.length}.`,
      next: [{ say: 'Look for NVRM and Xid lines in the kernel log.' }],
    };
  if (exitCode !== 0)
    return {
      status: 'degraded',
      summary: `nvidia-smi answers for ${seen}, but not well. It says: ${quoted(complaint, exitCode)}`,
      next: [{ say: 'Look for NVRM and Xid lines in the kernel log.' }],
    };
  return {
    status: 'ok',
    summary: `nvidia-smi answered in ${durationText(seconds)}: ${seen}, driver ${driverVersion ?? 'of no stated version'}.`,
  };
}

function faultyGpu(gpu: Gpu): Verdict {
  const lost = gpu.faults.find((fault) => /lost|reset/i.test(fault));
  const [field = '', word = ''] = (lost ?? gpu.faults[0] ?? '').split(': ');
  const more = gpu.faults.length > 1 ? ` and ${gpu.faults.length - 1} more` : '';
  return {
    status: lost === undefined ? 'degraded' : 'critical',
    summary: `${gpuName(gpu)} at ${gpu.busId ?? 'an unknown address'} reports "${word}" for ${field}${more}.`,
    subject: `gpu:${gpu.index}`,
    ...(lost !== undefined && { signature: 'NV-LOST' }),
    restartHelps: 'no',
    next: [
      {
        say:
          lost === undefined
            ? 'Look for lines of this GPU in the kernel log.'
            : 'Drain the node, then reset the GPU or reboot.',
      },
    ],
  };
}
