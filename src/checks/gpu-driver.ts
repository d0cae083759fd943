import { defineCheck, need, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import { gpuDriver as gpuDriverProbe } from '../probes/gpu-driver.ts';
import { gpuPci } from '../probes/gpu-pci.ts';
import { gpuNode, noGpu, notNvidia, otherMaker } from './gpu-node.ts';

export const gpuDriver = defineCheck({
  name: 'gpu.driver',
  summary: 'The NVIDIA kernel driver is loaded and of the version of its library',
  layer: 'gpu',
  rule: 'Critical when no driver is loaded although GPUs are declared or nvidia-smi is installed, or when driver and library differ in version; degraded when DKMS holds another version for the next boot.',
  unseen:
    'A library that no link in the usual folders names, a driver upgraded without DKMS, and libraries inside containers.',
  subjects: gpuNode,
  needs: () => ({ driver: need(gpuDriverProbe, {}), pci: need(gpuPci, {}) }),
  evaluate({ driver: { kernelVersion, libraryVersion, program, built }, pci }, { gpus }): Verdict {
    if (kernelVersion === null && program === null) {
      if (gpus === 'auto') return noGpu;
      return otherMaker(pci)
        ? notNvidia
        : {
            status: 'critical',
            summary: `${count(gpus, 'GPU')} declared, but no NVIDIA driver is loaded and there is no nvidia-smi.`,
            restartHelps: 'no',
            next: [
              { say: 'Install the NVIDIA driver, or give the container its GPUs; declare `gpus: 0` if it has none.' },
            ],
          };
    }
    if (kernelVersion === null) {
      if (program?.startsWith('/usr/lib/wsl/'))
        return { status: 'ok', summary: 'The driver is that of Windows, which shows no version here.' };
      return {
        status: 'critical',
        summary: `${program} is installed, but no NVIDIA driver is loaded.`,
        restartHelps: 'no',
        next: [
          {
            say: 'See `dkms status` and the kernel log: a kernel upgrade, secure boot or nouveau keeps the module out.',
          },
        ],
      };
    }
    if (libraryVersion !== null && libraryVersion !== kernelVersion) {
      return {
        status: 'critical',
        summary: `The kernel runs driver ${kernelVersion}, the installed library is ${libraryVersion}: new programs can not use the GPUs.`,
        signature: 'NV-MISMATCH',
        restartHelps: 'no',
        next: [
          {
            say: 'Programs that hold a GPU go on until they end: drain the node, then reload the nvidia modules or reboot.',
          },
        ],
      };
    }
    if (built.length > 0 && !built.includes(kernelVersion))
      return {
        status: 'degraded',
        summary: `NVIDIA driver ${kernelVersion} is loaded, but ${built.join(' and ')} is built for the next boot: a reboot is pending.`,
        next: [
          {
            say: 'Reboot at a quiet time, then pin the driver packages: one replaced under a loaded driver ends in a version mismatch.',
          },
        ],
      };
    const proven =
      libraryVersion === null ? '; the version of its library is not shown by a link' : ' with its library';
    return { status: 'ok', summary: `NVIDIA driver ${kernelVersion} is loaded${proven}.` };
  },
});
