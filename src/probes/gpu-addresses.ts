import { list } from '../core/command.ts';
import { defineProbe } from '../core/probe.ts';

/** PCI addresses of the GPUs that the NVIDIA driver has, in the order in which nvidia-smi counts; null without a driver. */
export const gpuAddresses = defineProbe({
  name: 'gpu.addresses',
  summary: 'Where on the PCI bus the GPUs of the NVIDIA driver are, without asking nvidia-smi',
  command: () => list('/proc/driver/nvidia/gpus'),
  parse: (reply): readonly string[] | null =>
    reply.ok
      ? reply.entries
          .map(({ name }) => name.toLowerCase())
          .filter((name) => /^[0-9a-f:.]+$/.test(name))
          .toSorted()
      : null,
});
