import type { Part } from '../support/planted-node.ts';
import { restart, type Situation } from '../support/situation.ts';
import { crashingJob, fullLooking, noise, rotated } from './herrings.ts';
import { apiStartupFails, fastapi, llama, llamaFails, notLoaded, worker, workerFails } from './parts.ts';

/** A file of the kernel as it stood on another machine: simulated. */
const shows = (path: string, text: string): Part => ({
  files: { '/opt/kernel': text },
  before: [`mount --bind /opt/kernel ${path}`],
  node: { simulated: [path] },
});

const memory = (availableKib: number) =>
  shows(
    '/proc/meminfo',
    `MemTotal:       65536000 kB\nMemFree:         1000000 kB\nMemAvailable:   ${availableKib} kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n`,
  );

/** The boot time that the kernel shows, moved: the clock is wrong by as much. */
const clockOff = (seconds: number): Part => ({
  before: [
    `awk '$1 == "btime" { $2 += ${seconds} } { print }' /proc/stat > /opt/situation/stat && mount --bind /opt/situation/stat /proc/stat`,
  ],
});

const noName = 'socket.gaierror: [Errno -3] Temporary failure in name resolution';

/** Trouble of the node as a whole, and several services at once. */
export const machines: readonly Situation[] = [
  {
    name: 'the node has no memory left, and llama ends without a word',
    plant: (broken) => [
      memory(broken ? 60_000 : 40_000_000),
      llama(broken ? { told: { exit: 137, after: 0.1 } } : {}),
      fastapi(),
      fullLooking,
    ],
    expect: {
      cause: 'node.memory node',
      says: /below 100 MiB/,
      next: /which process holds the memory/,
      never: restart,
      follow: ['llama', 'fastapi'],
    },
    herring: true,
  },
  {
    name: 'memory runs low while all services are up',
    plant: (broken) => [memory(broken ? 4_000_000 : 40_000_000), llama(), fastapi()],
    expect: {
      cause: 'node.memory node',
      says: /\(6 %\): below 10 %/,
      next: /lower context, batch or parallel/,
      never: restart,
    },
  },
  {
    name: 'the clock is wrong, so the worker trusts no certificate',
    plant: (broken) => [
      ...(broken ? [clockOff(-7_200)] : []),
      llama(),
      worker(broken ? { told: workerFails('Error: certificate has expired or is not yet valid') } : {}),
      crashingJob,
    ],
    expect: {
      cause: 'node.clock node',
      says: /2h behind|behind the clock here/,
      next: /chronyc makestep/,
      never: restart,
      follow: ['worker-gpu'],
    },
    herring: true,
  },
  {
    name: 'a wrong clock does not explain a module that is missing',
    plant: (broken) => [
      ...(broken ? [clockOff(90)] : []),
      llama(),
      worker(broken ? { told: workerFails("ModuleNotFoundError: No module named 'torch'") } : {}),
    ],
    expect: {
      cause: 'node.clock node',
      says: /ahead of the clock here/,
      report: /apart from that: worker-gpu/,
      next: /which python/,
      never: restart,
      follow: ['worker-gpu'],
    },
  },
  {
    name: 'the node was rebooted two minutes ago',
    plant: (broken) => [llama(), fastapi(), broken ? { uptimeSeconds: 120 } : {}],
    expect: {
      cause: 'node.identity node',
      says: /was booted 2 min/,
      next: /who rebooted the node/,
      never: restart,
    },
  },
  {
    name: 'nobody gets into the node',
    plant: (broken) => [llama(), { files: broken ? { '/opt/situation/sshd_config': 'NoSuchOption yes\n' } : {} }],
    expect: { cause: 'node.reach node', says: /closed|reset|ended|handshake/i, next: /./, never: restart },
  },
  {
    name: 'no name is resolved, for the worker and for the api',
    plant: (broken) => [
      llama(),
      worker(broken ? { told: workerFails(noName) } : {}),
      fastapi(
        broken
          ? {
              told: apiStartupFails(
                'ERROR:    Traceback (most recent call last):',
                '  File "main.py", line 3',
                noName,
                'ERROR:    Application startup failed. Exiting.',
              ),
            }
          : {},
      ),
      rotated('/var/log/fastapi.err', ...noise),
    ],
    expect: {
      cause: 'service.log service:worker-gpu',
      says: /host name can not be resolved/,
      report: /worker-gpu and fastapi have the same trouble, so look for one reason/,
      next: /Ask the resolver on the node/,
      never: restart,
      follow: ['worker-gpu', 'fastapi'],
    },
    herring: true,
  },
  {
    name: 'two model servers fail for reasons of their own',
    plant: (broken) => [
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
      worker({
        declared: { kind: 'whisper', needs: [] },
        ...(broken && { told: workerFails('RuntimeError: Library libcublas.so.12 is not found or cannot be loaded') }),
      }),
      fastapi({ declared: { needs: ['llama', 'worker-gpu'] } }),
    ],
    expect: {
      cause: 'service.log service:llama',
      says: /family of the model/,
      report: /2 causes weigh the same: \(1\) llama: .*; \(2\) worker-gpu: /,
      next: /newer image/,
      never: restart,
      follow: ['llama', 'worker-gpu', 'fastapi'],
    },
  },
  {
    name: 'the kernel killed a llama-server for lack of memory, and llama is up',
    plant: (broken) => [
      ...(broken
        ? [
            {
              files: {
                '/opt/situation/dmesg':
                  '[    0.000000] Linux version 6.8.0 (simulated)\n[863900.100000] llama-server invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n[863900.200000] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=llama-server,pid=4711,uid=0\n[863900.300000] Out of memory: Killed process 4711 (llama-server) total-vm:40000000kB, anon-rss:30000000kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:60000kB oom_score_adj:0\n',
              },
            },
          ]
        : []),
      llama(),
      worker(),
      crashingJob,
    ],
    expect: {
      cause: 'node.oom node',
      says: /kernel killed llama-server for lack of memory/,
      next: /lower context, batch or parallel/,
    },
    herring: true,
  },
];
