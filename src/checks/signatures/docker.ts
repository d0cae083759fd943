import { defineSignatures } from '../../core/signature.ts';

/** Why a container engine does not start a container that asks for GPUs, or is not reached. */
export const docker = defineSignatures([
  {
    id: 'DK-DRIVER',
    services: ['any'],
    pattern: /could not select device driver "[^"]*" with capabilities: \[\[gpu\]\]/,
    meaning:
      'The engine knows no way to hand out GPUs: the container toolkit is missing, or came after the engine started',
    advice:
      'Install nvidia-container-toolkit, configure the runtime with nvidia-ctk, then restart the engine at a quiet time.',
    restartHelps: 'no',
    examples: [
      'Error response from daemon: could not select device driver "nvidia" with capabilities: [[gpu]]',
      'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
    ],
    source: 'moby daemon/devices.go',
  },
  {
    id: 'DK-INIT',
    services: ['any'],
    pattern: /nvidia-container-cli: (?:initialization|requirement|mount|device|ldcache) error/,
    meaning:
      'The toolkit could not prepare the GPU: the driver of the machine is not well, or older than the image asks',
    advice:
      'See the driver on the machine itself (nvidia-smi), and which CUDA the image asks for; then create the container anew.',
    restartHelps: 'no',
    examples: [
      'nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown',
      'nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.6, please update your driver to a newer version',
    ],
    source: 'libnvidia-container',
  },
  {
    id: 'DK-CDI',
    services: ['any'],
    pattern: /unresolvable CDI devices? \S|failed to inject CDI devices/,
    meaning: 'The specification of the devices (CDI) is missing or older than the driver',
    advice: 'Write it anew with nvidia-ctk cdi generate, then create the container anew.',
    restartHelps: 'after-fix',
    examples: [
      'error gathering device information: CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all',
      'failed to create task: failed to inject CDI devices: unknown',
    ],
    source: 'container-device-interface pkg/cdi',
  },
  {
    id: 'DK-HOOK',
    services: ['any'],
    pattern: /invoking the NVIDIA Container Runtime Hook directly .{0,80} is not supported/,
    meaning: 'The container asks for GPUs by the old hook, while the toolkit works with CDI',
    advice: 'Give the container the runtime nvidia, or ask for the devices by their CDI names.',
    restartHelps: 'no',
    examples: [
      'nvidia-container-runtime-hook: invoking the NVIDIA Container Runtime Hook directly (e.g. specifying the docker --gpus flag) is not supported',
    ],
    source: 'nvidia-container-toolkit cmd/nvidia-container-runtime-hook/hook_config.go',
  },
  {
    id: 'DK-DAEMON',
    services: ['any'],
    pattern:
      /Cannot connect to the Docker daemon at \S+ Is the docker daemon running\?|permission denied while trying to connect to the (?:Docker daemon|docker API) socket/,
    meaning: 'The container engine is not reached: it does not run, or its socket is closed to that user',
    advice: 'See first which of the two: whether dockerd runs, and who may open its socket.',
    restartHelps: 'no',
    examples: [
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    ],
    source: 'docker cli',
  },
]);
