/** Why nvidia-smi gives no answer, and what to do. */
export interface NvidiaSmiFailure {
  /** Stable and quotable. */
  readonly id: string;
  readonly pattern?: RegExp;
  /** Tells where no text does. Source: nvidia-smi's manual page; 18 as seen with a version mismatch. */
  readonly exitCode?: number;
  readonly meaning: string;
  readonly advice: string;
}

/** Most telling first: a text wins over an exit code. No restart of a service helps against any of them. */
export const nvidiaSmiFailures: readonly NvidiaSmiFailure[] = [
  {
    id: 'NV-MISMATCH',
    pattern: /Driver\/library version mismatch/i,
    exitCode: 18,
    meaning: 'the driver packages were upgraded under a running kernel module, so new programs can not use the GPUs',
    advice:
      'Programs that hold a GPU go on until they end: drain the node, then reload the nvidia modules or reboot, and pin the driver packages.',
  },
  {
    id: 'NV-COMM',
    pattern: /couldn't communicate with the NVIDIA driver/i,
    exitCode: 9,
    meaning: 'the kernel module is not loaded or does not answer',
    advice:
      'See `lsmod | grep nvidia`, `dkms status` and the kernel log: after a kernel upgrade the module has to be built again, secure boot refuses an unsigned one, and nouveau may hold the GPU.',
  },
  {
    id: 'NV-LIBRARY',
    pattern: /couldn't find libnvidia-ml/i,
    exitCode: 12,
    meaning: 'the library libnvidia-ml.so is missing',
    advice:
      'Install the driver libraries of the version that the kernel runs; a container gets them from the NVIDIA container toolkit with the capability "utility".',
  },
  {
    id: 'NV-LOST',
    pattern: /GPU is lost|GPU requires reset/i,
    exitCode: 15,
    meaning: 'a GPU fell off the bus or needs a reset',
    advice:
      'Drain the node and look for Xid 79 or 154 in the kernel log; then reset the GPU, reboot, or, where it stays away, cut the power.',
  },
  {
    id: 'NV-HANDLE',
    pattern: /Unable to determine the device handle/i,
    meaning: 'one GPU does not answer the driver',
    advice: 'Look for Xid 79 at its PCI address in the kernel log; drain the node, then reset the GPU or reboot.',
  },
  {
    id: 'NV-NONE',
    pattern: /^No devices were found/im,
    exitCode: 6,
    meaning: 'the driver is loaded and could start none of the GPUs',
    advice:
      'Look for RmInitAdapter or GSP lines in the kernel log; a new card may need the open kernel modules, and the BIOS "Above 4G decoding".',
  },
  {
    id: 'NV-BLOCKED',
    pattern: /GPU access blocked by the operating system/i,
    meaning: 'Windows keeps the GPU from this WSL machine',
    advice: 'Update the driver on the Windows side and run `wsl --shutdown` there; install no Linux driver inside.',
  },
  {
    id: 'NV-DENIED',
    pattern: /Insufficient Permissions/i,
    exitCode: 4,
    meaning: 'the login user may not open the GPU devices',
    advice:
      'Compare the modes of /dev/nvidia* with the groups of the login user, or declare `become: sudo` for the node.',
  },
  {
    id: 'NV-UNKNOWN',
    pattern: /Failed to initialize NVML: Unknown Error/i,
    meaning: 'the devices are closed to this container, as after a daemon-reload on its machine',
    advice:
      'If nvidia-smi works on the machine itself, create the container anew; CDI device names keep it from coming back.',
  },
  {
    id: 'NV-USAGE',
    pattern: /is not a valid field to query|Invalid combination of input arguments/i,
    exitCode: 2,
    meaning: 'this nvidia-smi does not know the words it was asked with',
    advice: 'See whether the nvidia-smi that is found first is a wrapper, and which driver it belongs to.',
  },
  {
    id: 'NV-POWER',
    exitCode: 8,
    meaning: 'a power cable of a GPU is not attached',
    advice: 'A person has to look at the machine: seat the power cables of the GPUs.',
  },
  {
    id: 'NV-INTERRUPT',
    exitCode: 10,
    meaning: 'the kernel sees an interrupt problem with a GPU',
    advice: 'Look at the kernel log for the GPU; reboot, and see the BIOS where it comes back.',
  },
  {
    id: 'NV-FUNCTION',
    exitCode: 13,
    meaning: 'the library is older than nvidia-smi and lacks a function that it needs',
    advice: 'Make nvidia-smi and libnvidia-ml.so the same version.',
  },
  {
    id: 'NV-INFOROM',
    exitCode: 14,
    meaning: "a GPU's InfoROM is corrupt",
    advice: 'Keep the output for the vendor: the GPU is likely to be replaced.',
  },
];

/** The failure that a text or else an exit code tells, if it is a known one. */
export const nvidiaSmiFailure = (said: string, exitCode: number | null): NvidiaSmiFailure | undefined =>
  nvidiaSmiFailures.find(({ pattern }) => pattern?.test(said)) ??
  nvidiaSmiFailures.find((failure) => failure.exitCode !== undefined && failure.exitCode === exitCode);
