import { defineCheck, need, type Verdict } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { gpuNode, noGpu } from './gpu-node.ts';

/** Threshold: nvidia_gpu_exporter alerts above 5 s; after 20 s we wait no longer. */
export const gpuWedged = defineCheck({
  name: 'gpu.wedged',
  summary: 'Nothing hangs in the GPU driver, and nvidia-smi answers in time',
  layer: 'gpu',
  rule: 'Critical when a process hangs in the driver or nvidia-smi gives no answer in 20 s, degraded when it took longer than `gpuSlowSeconds` (nvidia_gpu_exporter).',
  unseen: 'A program that hangs in CUDA while the driver still answers.',
  subjects: gpuNode,
  needs: (_, { become }) => ({ devices: need(gpuDevices, { become }) }),
  evaluate({ devices }, { gpus, thresholds }): Verdict {
    switch (devices.state) {
      case 'absent':
        return gpus === 'auto' ? noGpu : { status: 'not_applicable', summary: 'There is no NVIDIA driver to hang in.' };
      case 'stuck': {
        const { program, pid, seconds, waitsIn } = devices;
        const where = waitsIn === null ? '' : ` (in ${waitsIn})`;
        return {
          status: 'critical',
          summary: `${program} (pid ${pid}) has hung in the GPU driver for ${durationText(seconds)}${where}; nvidia-smi was not run, it would hang too.`,
          restartHelps: 'no',
          next: [reboot],
        };
      }
      case 'silent':
        return {
          status: 'critical',
          summary: `nvidia-smi gives no answer and may hang in the driver: ${devices.said.replace(/\.$/, '')}.`,
          restartHelps: 'no',
          next: [reboot],
        };
      case 'failed':
        return { status: 'ok', summary: 'nvidia-smi fails, but at once: nothing hangs in the driver.' };
      default:
        return slowness(devices.seconds, thresholds.gpuSlowSeconds);
    }
  },
});

const reboot = {
  say: 'Run no further nvidia-smi: it can not be ended. Look for Xid lines in the kernel log, drain the node and reboot it; a restart of services only adds to what hangs.',
};

const slowness = (seconds: number, slowSeconds: number): Verdict =>
  seconds > slowSeconds
    ? {
        status: 'degraded',
        summary: `nvidia-smi took ${durationText(seconds)}, longer than ${durationText(slowSeconds)}.`,
        next: [
          {
            say: 'Turn on persistence (nvidia-persistenced): without it each call wakes the GPUs; else look for Xid lines.',
          },
        ],
      }
    : { status: 'ok', summary: `nvidia-smi answered in ${durationText(seconds)}, and nothing hangs in the driver.` };
