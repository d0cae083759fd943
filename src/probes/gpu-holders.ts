import { read } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { gpuDevices } from './gpu-devices.ts';

/** A process that holds memory of a GPU, as nvidia-smi lists it. */
export interface GpuHolder {
  readonly gpu: number;
  readonly pid: number;
  readonly name: string | null;
  readonly usedBytes: number | null;
  /** False where the node has no process of that number: it has ended, or it lives in another pid namespace. */
  readonly isThere: boolean;
  /** The container that it runs in, by the first 12 characters of its id; null outside of any. */
  readonly container: string | null;
}

const mostAsked = 64;

/** nvidia-smi's list of processes, each with its control group: two files of /proc that every user may read. */
export const gpuHolders = defineProbe({
  name: 'gpu.holders',
  summary: 'The processes that hold GPU memory, and the containers that they run in',
  *steps(input: { readonly become?: 'sudo' | undefined }): Asking<readonly GpuHolder[]> {
    const devices = yield* gpuDevices.steps(input);
    if (devices.state !== 'answered') return [];
    const listed = devices.gpus.flatMap(({ index, processes }) =>
      processes.flatMap(({ pid, name, usedBytes }) => (pid === null ? [] : [{ gpu: index, pid, name, usedBytes }])),
    );
    const pids = [...new Set(listed.map(({ pid }) => pid))].slice(0, mostAsked);
    const replies =
      pids.length === 0 ? [] : yield* askAll(pids.map((pid) => read(`/proc/${pid}/cgroup`, { bytes: 4_096 })));
    return listed.map((holder) => {
      const reply = replies[pids.indexOf(holder.pid)];
      const text = reply?.ok === true ? new TextDecoder().decode(reply.bytes) : '';
      return {
        ...holder,
        isThere: reply === undefined || reply.ok || reply.errno !== 'ENOENT',
        container: containerIn(text),
      };
    });
  },
});

/** Docker, podman, containerd and CRI-O name the group by 64 hexadecimal digits, LXC by the container's own name. */
function containerIn(cgroup: string): string | null {
  const id = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:$|\/)/m.exec(cgroup)?.[1];
  return id?.slice(0, 12) ?? /\/lxc(?:\.payload)?[./]([\w-]+)/.exec(cgroup)?.[1] ?? null;
}
