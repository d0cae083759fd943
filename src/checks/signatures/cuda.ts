import { defineSignatures } from '../../core/signature.ts';

const torch = ['worker', 'whisper', 'comfyui', 'api'] as const;
const any = ['any'] as const;

/** What CUDA and PyTorch say when the GPU, the driver and the program do not fit together. */
export const cuda = defineSignatures([
  {
    id: 'CU-OOM',
    services: torch,
    pattern:
      /CUDA out of memory\. Tried to allocate|Allocation on device .{0,40}out of memory|CUDA failed with error out of memory|CUDA error: out of memory/i,
    meaning: 'The memory of the GPU is used up',
    advice: 'See which processes hold GPU memory; then a smaller batch or model before anything else.',
    restartHelps: 'after-fix',
    examples: [
      'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.69 GiB of which 1.80 GiB is free.',
      'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB',
      'RuntimeError: CUDA failed with error out of memory',
      'RuntimeError: CUDA error: out of memory',
    ],
    source: 'PyTorch; CTranslate2 src/cuda/utils.h',
  },
  {
    id: 'CU-SM',
    services: torch,
    pattern:
      /no kernel image is available for execution on the device|with CUDA capability sm_\w+ is not compatible with the current PyTorch installation/,
    meaning: 'The installed PyTorch was not built for this GPU',
    advice: 'Install a build for this GPU generation; on GB10 the warning alone may be harmless, the error is not.',
    restartHelps: 'no',
    examples: [
      'RuntimeError: CUDA error: no kernel image is available for execution on the device',
      'NVIDIA GB10 with CUDA capability sm_121 is not compatible with the current PyTorch installation.',
    ],
    source: 'PyTorch',
  },
  {
    id: 'CU-NOCUDA',
    services: torch,
    pattern: /Torch not compiled with CUDA enabled|Found no NVIDIA driver on your system|CUDA is not available/,
    meaning: 'PyTorch has no CUDA: it is a build for the CPU, or it sees no driver',
    advice: 'See which torch is installed (+cpu in its version), and whether the container was given the GPU.',
    restartHelps: 'no',
    examples: [
      'AssertionError: Torch not compiled with CUDA enabled',
      'RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver',
    ],
    source: 'PyTorch',
  },
  {
    id: 'CU-NONE',
    services: torch,
    pattern: /No CUDA GPUs are available/,
    meaning: 'CUDA works, and this program is shown none of its GPUs',
    advice:
      'Compare CUDA_VISIBLE_DEVICES of the service with the GPUs of the node: empty, -1, or the index of one that is not there shows it none.',
    restartHelps: 'after-fix',
    examples: ['RuntimeError: No CUDA GPUs are available'],
    source: 'PyTorch, torch/cuda/__init__.py',
  },
  {
    id: 'CU-INIT',
    services: any,
    pattern:
      /CUDA (?:initialization: )?(?:CUDA )?unknown error|cudaErrorUnknown|cuInit.{0,20}\b999\b|CUDA error: unknown error|Unexpected error from cudaGetDeviceCount\(\)(?!.{0,200}Error 80[234])/,
    meaning: 'CUDA could not be initialised and does not say why; often the nvidia_uvm module is broken',
    advice: 'Start the service once more; if that changes nothing, look at /dev/nvidia-uvm and the driver.',
    restartHelps: 'maybe',
    examples: [
      'RuntimeError: CUDA unknown error - this may be due to an incorrectly set up environment',
      'UserWarning: CUDA initialization: CUDA unknown error - this may be due to an incorrectly set up environment',
      'RuntimeError: Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before calling NumCudaDevices()',
    ],
    source: 'PyTorch; Ollama documentation (999 means nvidia_uvm)',
  },
  {
    id: 'CU-802',
    services: any,
    pattern: /system not yet initialized|Error 802\b|cudaErrorSystemNotReady/,
    meaning: 'The NVSwitch fabric of this machine is not up, although nvidia-smi looks healthy',
    advice: 'See that the fabric manager runs and matches the driver; start the service after that.',
    restartHelps: 'after-fix',
    examples: ['Unexpected error from cudaGetDeviceCount(). ... Error 802: system not yet initialized'],
    source: 'CUDA; NVIDIA fabric manager guide',
  },
  {
    id: 'CU-803',
    services: any,
    pattern: /system has unsupported display driver \/ cuda driver combination|Error 80[34]\b/,
    meaning: 'The CUDA libraries in the image do not fit the driver that is loaded',
    advice: 'Choose an image for the installed driver; compat libraries in a container are a common reason.',
    restartHelps: 'no',
    examples: ['Error 803: system has unsupported display driver / cuda driver combination'],
    source: 'CUDA',
  },
  {
    id: 'CU-ILLEGAL',
    services: any,
    pattern:
      /CUDA error: an illegal memory access was encountered|cudaErrorIllegalAddress|device-side assert triggered|unspecified launch failure/,
    meaning: 'A kernel on the GPU touched memory that is not its own; the CUDA context is lost',
    advice: 'Restart the service; if the same GPU repeats it within a day, look at its Xid events and drain it.',
    restartHelps: 'yes',
    examples: ['RuntimeError: CUDA error: an illegal memory access was encountered'],
    source: 'CUDA; comes with Xid 13 or 31',
  },
  {
    id: 'CU-ECC',
    services: any,
    pattern: /uncorrectable ECC error encountered|cudaErrorECCUncorrectable|hardware stack error/,
    meaning: 'The memory of the GPU has an error that can not be corrected',
    advice: 'Take the work off this GPU and look at its ECC counters and row remapping; a person decides on a reset.',
    restartHelps: 'no',
    examples: ['RuntimeError: CUDA error: uncorrectable ECC error encountered'],
    source: 'CUDA',
  },
  {
    id: 'LL-DRIVER',
    services: any,
    pattern:
      /CUDA driver version is insufficient for CUDA runtime version|CUDA driver is a stub library|forward compatibility was attempted on non supported HW/,
    meaning: 'The image wants a newer driver than the node has',
    advice: 'Use an older image, or have a person upgrade the driver.',
    restartHelps: 'no',
    examples: ['CUDA error: CUDA driver version is insufficient for CUDA runtime version'],
    source: 'CUDA runtime',
  },
]);
