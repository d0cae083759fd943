import { readFileSync } from 'node:fs';
import type { Part } from '../support/planted-node.ts';
import { restart, type Situation } from '../support/situation.ts';
import { crashingJob, fullLooking, rotated, stoppedJob, unusedModel } from './herrings.ts';
import { fastapi, llama, llamaFails, modelPath, notLoaded, worker } from './parts.ts';

const recorded = readFileSync(new URL('../../sandbox/gpu/devices.xml', import.meta.url), 'utf8').replace(
  '@NOW@',
  'Sat Nov 21 12:00:00 2026',
);
const [head = '', rest = ''] = recorded.split(/(?=<gpu id=)/);
const [one = '', foot = ''] = rest.split(/(?<=<\/gpu>)/);

interface Gpus {
  /** How many nvidia-smi describes, of the two that the node has. */
  readonly shown?: number;
  /** Changes what it says of the second one. */
  readonly second?: (gpu: string) => string;
  /** Lines of sh instead of an answer. */
  readonly script?: string;
  readonly library?: string;
}

/** A stand-in for nvidia-smi and for the files of its driver: two GPUs, simulated. */
export function gpus({ shown = 2, second = (gpu) => gpu, script, library = '550.100' }: Gpus = {}): Part {
  const other = second(one.replaceAll('01:00.0', '02:00.0').replace('<minor_number>0', '<minor_number>1'));
  const xml =
    head.replace('<attached_gpus>1', `<attached_gpus>${shown}`) + [one, other].slice(0, shown).join('') + foot;
  const devices = ['0000:01:00.0', '0000:02:00.0'];
  return {
    files: {
      '/usr/bin/nvidia-smi': `#!/bin/sh\n# Stands in for nvidia-smi: simulated.\n${script ?? 'cat /opt/gpu/answer.xml'}\n`,
      '/opt/gpu/answer.xml': xml,
      '/opt/gpu/module/nvidia/version': '550.100\n',
      '/opt/gpu/proc/nvidia/version': 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.100  (simulated)\n',
      '/opt/gpu/table': '0100\t10de2684\n0200\t10de2684\n',
      ...Object.fromEntries(
        devices.map((device) => [`/opt/gpu/proc/nvidia/gpus/${device}/information`, 'Model: simulated\n']),
      ),
      ...Object.fromEntries(
        devices.flatMap((device) => [
          [`/opt/gpu/bus/pci/devices/${device}/uevent`, 'DRIVER=nvidia\nPCI_CLASS=30200\nPCI_ID=10DE:2684\n'],
          [`/opt/gpu/bus/pci/devices/${device}/config`, Uint8Array.of(0xde, 0x10, 0x84, 0x26)],
        ]),
      ),
      [`/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.${library}`]: '',
    },
    before: [
      'for name in nvidiactl nvidia0 nvidia1 nvidia-uvm; do mknod -m 666 /dev/$name c 1 3; done',
      'mount --bind /opt/gpu/module /sys/module',
      'mount --bind /opt/gpu/bus /sys/bus',
      'mount --bind /opt/gpu/proc /proc/driver',
      '[ ! -e /proc/bus/pci/devices ] || mount --bind /opt/gpu/table /proc/bus/pci/devices',
      `ln -sf libnvidia-ml.so.${library} /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1`,
    ],
    node: { gpus: 2, simulated: ['gpu'] },
  };
}

/** Lines of the kernel, of this boot, which began ten days ago: simulated. */
export const kernel = (...lines: readonly string[]): Part => ({
  files: { '/opt/situation/dmesg': ['[    0.000000] Linux version 6.8.0 (simulated)', ...lines, ''].join('\n') },
});
export const oldXid =
  '[101000.000000] NVRM: Xid (PCI:0000:01:00): 31, pid=79749, name=exe, Ch 0000000a, intr 00000000. MMU Fault: ENGINE GRAPHICS GPC2 GPCCLIENT_T1_7 faulted @ 0x2b57_b3000000. Fault is of type FAULT_PDE ACCESS_TYPE_VIRT_WRITE';

/** Another program of the node that holds much of it, as nvidia-smi tells. */
export const held = (gpu: string): string =>
  field(
    'free',
    '1500 MiB',
  )(field('used', '22692 MiB')(gpu)).replace(
    /<processes>\s*<\/processes>/,
    '<processes><process_info><pid>1</pid><type>C</type><process_name>/opt/train.py</process_name><used_memory>22690 MiB</used_memory></process_info></processes>',
  );

const onGpu = { gpu: true };
/** A llama that can not use the GPU, whatever the reason. */
const noDevice = llamaFails(
  'ggml_cuda_init: failed to initialize CUDA: no CUDA-capable device is detected',
  ...notLoaded,
);
export const dead = (broken: boolean) => llama(broken ? { declared: onGpu, told: noDevice } : { declared: onGpu });

export const field = (name: string, value: string) => (gpu: string) =>
  gpu.replaceAll(new RegExp(`<${name}>[^<]*<`, 'g'), `<${name}>${value}<`);

/** Trouble of the GPUs themselves, and what stands on them. */
export const gpuTroubles: readonly Situation[] = [
  {
    name: 'the driver packages were upgraded under the running module, and a disk looks full',
    plant: (broken) => [
      gpus(
        broken
          ? {
              library: '580.173',
              script:
                'echo "Failed to initialize NVML: Driver/library version mismatch"; echo "NVML library version: 580.173"; exit 18',
            }
          : {},
      ),
      dead(broken),
      fastapi(),
      fullLooking,
    ],
    expect: {
      cause: 'gpu.driver node',
      says: /kernel runs driver 550\.100, the installed library is 580\.173/,
      next: /drain the node, then reload the nvidia modules or reboot/,
      never: restart,
      follow: ['llama', 'fastapi'],
    },
    herring: true,
  },
  {
    name: 'no program reaches the driver any more',
    plant: (broken) => [
      gpus(
        broken
          ? {
              script:
                'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running."; exit 9',
            }
          : {},
      ),
      dead(broken),
      fastapi(),
      stoppedJob,
    ],
    expect: {
      cause: 'gpu.nvml node',
      says: /kernel module is not loaded or does not answer/,
      next: /dkms status/,
      never: restart,
      follow: ['llama', 'fastapi'],
    },
    herring: true,
  },
  {
    name: 'a container lost its GPUs after a daemon-reload',
    plant: (broken) => [
      gpus(broken ? { script: 'echo "Failed to initialize NVML: Unknown Error"; exit 255' } : {}),
      dead(broken),
      rotated('/var/log/llama.err', '[llama] Timeout after 1800s. Exiting.'),
    ],
    expect: {
      cause: 'gpu.nvml node',
      says: /devices are closed to this container/,
      next: /create the container anew/,
      never: restart,
      follow: ['llama'],
    },
    herring: true,
  },
  {
    name: 'one of two GPUs does not answer any more',
    plant: (broken) => [
      gpus(
        broken
          ? {
              shown: 1,
              script:
                'echo "Unable to determine the device handle for GPU1: 0000:02:00.0: Unknown Error"; cat /opt/gpu/answer.xml',
            }
          : {},
      ),
      dead(false),
      unusedModel,
    ],
    expect: {
      cause: 'gpu.count node',
      says: /GPUs that answer: 1 of the 2 declared/,
      next: /Xid 79/,
      never: restart,
    },
    herring: true,
  },
  {
    name: 'the memory of a GPU has uncorrected errors',
    plant: (broken) => [gpus(broken ? { second: field('dram_uncorrectable', '3') } : {}), dead(false), crashingJob],
    expect: {
      cause: 'gpu.ecc gpu:1',
      says: /3 uncorrected memory errors since the driver was loaded/,
      next: /drain it, then reset it/,
      never: restart,
    },
    herring: true,
  },
  {
    name: 'a GPU is so hot that it slows down',
    plant: (broken) => [gpus(broken ? { second: field('gpu_temp', '96 C') } : {}), dead(false), stoppedJob],
    expect: {
      cause: 'gpu.temperature gpu:1',
      says: /is at 96 °C, it slows down at 95 °C/,
      next: /fans and air flow/,
      never: restart,
    },
    herring: true,
  },
  {
    name: 'the memory of a GPU is used up by another program',
    plant: (broken) => [
      gpus(broken ? { second: (gpu) => field('free', '100 MiB')(field('used', '24092 MiB')(gpu)) } : {}),
      dead(false),
    ],
    expect: { cause: 'gpu.memory gpu:1', says: /below 2 %/, next: /lower batch, parallel or context/, never: restart },
  },
  {
    name: 'the driver asks for a reset of a GPU',
    plant: (broken) => [
      gpus(
        broken
          ? {
              second: (gpu) =>
                gpu.replace(
                  '<gpu_reset_status>',
                  '<gpu_recovery_action>Drain and Reset</gpu_recovery_action>\n<gpu_reset_status>',
                ),
            }
          : {},
      ),
      dead(false),
      worker(),
    ],
    expect: {
      cause: 'gpu.recovery gpu:1',
      says: /asks for "Drain and Reset"/,
      next: /then reset the GPU/,
      never: restart,
    },
  },
  {
    name: 'a GPU has left the PCI bus, and llama and the worker fail with it',
    plant: (broken) => [
      gpus(broken ? { shown: 1 } : {}),
      {
        files: broken ? { '/opt/gpu/bus/pci/devices/0000:02:00.0/config': Uint8Array.of(0xff, 0xff, 0xff, 0xff) } : {},
      },
      dead(broken),
      worker({
        declared: { gpu: true, needs: [] },
        ...(broken && {
          told: {
            says: ['RuntimeError: CUDA error: no CUDA-capable device is detected', 'RuntimeError: CUDA unknown error'],
            exit: 1,
          },
        }),
      }),
      fastapi(),
      crashingJob,
    ],
    expect: {
      cause: 'gpu.pci pci:0000:02:00.0',
      says: /has fallen off the PCI bus/,
      next: /cut its power/,
      never: restart,
      follow: ['llama', 'worker-gpu', 'fastapi'],
    },
    herring: true,
  },
  {
    name: 'nvidia-smi hangs, as on a lost GPU',
    plant: (broken) => [gpus(broken ? { script: "trap '' TERM; while :; do sleep 1; done" } : {}), dead(false)],
    expect: {
      cause: 'gpu.wedged node',
      says: /may hang in the driver/,
      next: /Run no further nvidia-smi/,
      never: restart,
      notOk: ['gpu.nvml', 'gpu.count'],
    },
  },
  {
    name: 'the worker lost its GPU and serves the CPU queue, with an old time-out of llama in a rotated log',
    plant: (broken) => [
      gpus(),
      dead(false),
      worker({
        declared: { gpu: true, kind: 'worker', needs: [] },
        ...(broken && {
          told: { blind: true, says: ['INFO worker: Worker Identity: gpu-1@cpu', 'INFO worker: Worker started'] },
        }),
      }),
      rotated('/var/log/llama.err', '[llama] Timeout after 1800s. Exiting.'),
    ],
    expect: {
      cause: 'gpu.attached service:worker-gpu',
      says: /computes on the CPU, although it must on a GPU/,
      next: /See that the GPUs of the node are well/,
    },
    herring: true,
  },
  {
    name: 'a GPU has fallen off the bus, says the kernel, with an older Xid of a program beside it',
    plant: (broken) => [
      gpus(
        broken
          ? {
              shown: 1,
              script:
                'echo "Unable to determine the device handle for GPU1: 0000:02:00.0: Unknown Error"; cat /opt/gpu/answer.xml',
            }
          : {},
      ),
      kernel(
        oldXid,
        ...(broken
          ? [
              "[863990.111111] NVRM: Xid (PCI:0000:02:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.",
            ]
          : []),
      ),
      dead(broken),
      fastapi(),
    ],
    expect: {
      cause: 'gpu.xid gpu:1',
      says: /Xid 79/,
      next: /drain|power/i,
      never: restart,
      follow: ['llama', 'fastapi'],
    },
    herring: true,
  },
  {
    name: 'llama holds no GPU though its health is good',
    plant: (broken) => [
      gpus(),
      kernel(oldXid),
      llama({
        declared: onGpu,
        ...(broken && {
          told: {
            blind: true,
            port: 8081,
            says: ['main: server is listening on http://127.0.0.1:8081 - starting the main loop'],
            answers: { '/health': [200, { status: 'ok' }] },
          },
        }),
      }),
    ],
    expect: {
      cause: 'gpu.attached service:llama',
      says: /llama/,
      next: /restart|GPU/,
    },
    herring: true,
  },
  {
    name: 'the start script of llama allows it too little address space',
    plant: (broken) => [
      gpus(),
      llama({
        declared: { gpu: true, files: ['/workspace/scripts/start-llama.sh'] },
        files: { '/workspace/scripts/start-llama.sh': '#!/bin/sh\nexec llama-server\n' },
        ...(broken && {
          told: llamaFails("terminate called after throwing an instance of 'std::bad_alloc'"),
          files: { '/workspace/scripts/start-llama.sh': '#!/bin/sh\nulimit -v 2000000\nexec llama-server\n' },
          section: {
            command: `/bin/sh -c "ulimit -v 2000000; exec /usr/local/bin/llama-server --model ${modelPath} --port 8081"`,
          },
        }),
      }),
    ],
    expect: { cause: 'service.limits service:llama', says: /address space/, next: /Take the limit away/ },
  },
];
