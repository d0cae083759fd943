import type { Part } from '../support/planted-node.ts';
import { restart, type Situation } from '../support/situation.ts';
import { crashingJob, fullLooking, noise, rotated, unusedModel } from './herrings.ts';
import { fastapi, llama, llamaFails, modelPath, notLoaded, worker, workerFails, young } from './parts.ts';

const folder = modelPath.slice(0, modelPath.lastIndexOf('/'));

/** A filesystem of its own at `path`, filled by a line of sh. */
export const filesystem = (path: string, options: string, fill: string): Part => ({
  files: { [`${path}/.planted`]: '' },
  before: [`mount -t tmpfs -o ${options} tmpfs ${path}`, fill],
  node: { mounts: [path] },
});

/** A FUSE filesystem whose program has died: it is mounted, and each access ends with ENOTCONN. */
const deadFuse: Part = {
  before: [
    `python3 -c '
import ctypes, os
fd = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={fd},rootmode=40000,user_id=0,group_id=0".encode()
if libc.mount(b"planted", b"${folder}", b"fuse", 0, options):
    raise OSError(ctypes.get_errno())
'`,
  ],
};

const noSpace = ["OSError: [Errno 28] No space left on device: '/workspace/out/part.wav'"];

/** What the image of ComfyUI prints when it ends at a folder of another owner. Source: its init script. */
const imageEnds = [
  '=================== Starting script (ID: 33)',
  '== Testing write access as the comfy user to the run directory',
  '!! ERROR: Directory /comfy/mnt owned by unexpected user/group, expected 1024:1024, actual 0:0 -- FORCE_CHOWN will not work for this folder',
  '!! Exiting script (ID: 33)',
  '!! ERROR: subscript failed',
  '!! Exiting script (ID: 1)',
];

/** Full, missing and dead filesystems, and files that are gone. */
export const storages: readonly Situation[] = [
  {
    name: 'the folder of ComfyUI belongs to root, which its image ends at',
    plant: (broken) => [
      {
        before: [
          'mkdir -p /srv/comfy/ComfyUI /srv/comfy/venv && chown -R 1024:1024 /srv/comfy',
          broken ? 'chown 0:0 /srv/comfy' : ':',
        ],
        files: {
          '/srv/comfy/ComfyUI/main.py': 'print()\n',
          '/var/log/comfyui.log': `${(broken ? imageEnds : imageEnds.slice(0, 2)).join('\n')}\n`,
        },
        node: { comfyui: { path: '/srv/comfy/ComfyUI', storage: { run: '/srv/comfy', firstStartGiB: 0 } } },
        services: { comfyui: { kind: 'comfyui', manager: 'none', logs: ['/var/log/comfyui.log'] } },
      },
    ],
    expect: {
      cause: 'comfyui.storage mount:/srv/comfy',
      says: /ERROR: Directory \/comfy\/mnt owned by unexpected user\/group, expected 1024:1024, actual 0:0/,
      next: /chown 1024:1024 \/srv\/comfy /,
      never: restart,
      follow: ['comfyui'],
      // Nobody says where it answers, or what it is made of.
      twin: ['comfyui.api service:comfyui', 'comfyui.nodes service:comfyui', 'comfyui.requirements comfyui'],
    },
  },
  {
    name: 'the disk that the worker writes to is full, beside a broken model that nobody uses',
    plant: (broken) => [
      llama(),
      filesystem('/workspace/out', 'size=1m', `head -c ${broken ? '2M' : '100k'} /dev/zero > /workspace/out/x || true`),
      worker({ declared: { needs: [], files: ['/workspace/out/'] }, ...(broken && { told: workerFails(...noSpace) }) }),
      unusedModel,
    ],
    expect: {
      cause: 'node.disk mount:/workspace/out',
      says: /0 B of 1\.0 MiB free/,
      next: /what of it may go/,
      never: restart,
      follow: ['worker-gpu'],
    },
    herring: true,
  },
  {
    name: 'no inode is left, though there is room',
    plant: (broken) => [
      llama(),
      filesystem(
        '/workspace/out',
        'size=8m,nr_inodes=50',
        broken ? 'for n in $(seq 60); do touch /workspace/out/$n; done 2> /dev/null || true' : ':',
      ),
      worker({ declared: { needs: [], files: ['/workspace/out/'] }, ...(broken && { told: workerFails(...noSpace) }) }),
    ],
    expect: {
      cause: 'node.disk mount:/workspace/out',
      says: /of 50 inodes free .* no new file fits/,
      next: /what of it may go/,
      never: restart,
      follow: ['worker-gpu'],
    },
  },
  {
    name: 'the root disk has filled up while the services still run',
    plant: (broken) => [
      llama(),
      fastapi(),
      {
        room: '48m',
        node: { thresholds: { ...young.thresholds, rootCriticalMiB: 1 } },
        after: broken ? ['head -c 60M /dev/zero > /var/tmp/fill || true'] : [],
      },
    ],
    expect: {
      cause: 'node.disk mount:/',
      says: /\/ has .* free \(100 % used\), over 95 %/,
      next: /what of it may go|what is large on \//,
      never: restart,
    },
  },
  {
    name: 'the volume of the models is not mounted, with an old failure of llama in a rotated log',
    plant: (broken) => [
      llama(
        broken
          ? {
              model: null,
              told: llamaFails(
                `gguf_init_from_file: failed to open GGUF file '${modelPath}' (No such file or directory)`,
                ...notLoaded,
              ),
            }
          : {},
      ),
      fastapi(),
      { node: { mounts: [folder] } },
      rotated('/var/log/llama.err', 'CUDA error: out of memory'),
    ],
    expect: {
      cause: `node.disk mount:${folder}`,
      says: /is not there, and the node must have it/,
      next: /Mount it, then restart/,
      follow: ['llama', 'fastapi'],
    },
    herring: true,
  },
  {
    name: 'the program behind the mounted model store has died',
    plant: (broken) => [
      llama(
        broken
          ? {
              told: llamaFails(
                `gguf_init_from_file: failed to open GGUF file '${modelPath}' (Transport endpoint is not connected)`,
                ...notLoaded,
              ),
            }
          : {},
      ),
      fastapi(),
      { node: { mounts: [folder] } },
      ...(broken ? [deadFuse] : []),
      fullLooking,
    ],
    expect: {
      cause: `mount.alive mount:${folder}`,
      says: /can not be used: .*(?:has died|not connected)/,
      next: /mount it again/,
      follow: ['llama', 'fastapi'],
      notOk: ['model.present', 'model.complete'],
    },
    herring: true,
  },
  {
    name: 'a file that the node must have is gone',
    plant: (broken) => [
      llama(),
      { files: broken ? {} : { '/etc/rackhand/licence': 'x' }, node: { files: ['/etc/rackhand/licence'] } },
    ],
    expect: {
      cause: 'node.files node',
      says: /\/etc\/rackhand\/licence is missing/,
      next: /from the image or the repository/,
      never: restart,
    },
  },
  {
    name: 'two services are down without a word on a disk that is rather full',
    plant: (broken) => [
      filesystem('/workspace/out', 'size=1m', `head -c ${broken ? '900k' : '100k'} /dev/zero > /workspace/out/x`),
      llama({ declared: { needs: [], files: ['/workspace/out/'] }, ...(broken && { told: { exit: 1 } }) }),
      worker({
        declared: { kind: 'other', needs: [], files: ['/workspace/out/'] },
        ...(broken && { told: { exit: 1 } }),
      }),
    ],
    expect: {
      cause: 'node.disk mount:/workspace/out',
      says: /over 80 %/,
      next: /what of it may go/,
      never: restart,
      follow: ['llama', 'worker-gpu'],
    },
  },
  {
    name: 'a full scratch disk does not explain a model that llama does not know',
    plant: (broken) => [
      filesystem('/scratch', 'size=1m', 'head -c 900k /dev/zero > /scratch/x'),
      llama(
        broken
          ? {
              told: llamaFails(
                "llama_model_load: error loading model: unknown model architecture: 'qwen99'",
                ...notLoaded,
              ),
            }
          : {},
      ),
      worker({ told: { says: ['INFO worker: Worker started', ...noise] } }),
      crashingJob,
    ],
    expect: {
      cause: 'service.log service:llama',
      says: /family of the model/,
      report: /apart from that: mount:\/scratch/,
      next: /newer image/,
      never: restart,
      follow: ['llama'],
      twin: ['node.disk mount:/scratch'],
    },
    herring: true,
  },
  {
    name: 'a disk that services write to is mounted read-only',
    plant: (broken) => [
      filesystem('/workspace/out', 'size=1m', broken ? 'mount -o remount,ro /workspace/out' : ':'),
      llama(),
      worker({
        declared: { kind: 'worker', needs: [], files: ['/workspace/out/'] },
        ...(broken && { told: workerFails("OSError: [Errno 30] Read-only file system: '/workspace/out/part.wav'") }),
      }),
    ],
    expect: {
      cause: 'mount.writable mount:/workspace/out',
      says: /is mounted read-only/,
      next: /Mount it read-write/,
      never: restart,
      follow: ['worker-gpu'],
    },
  },
];
