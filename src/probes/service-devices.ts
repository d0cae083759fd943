import { list, stat } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import type { ManagerName } from '../core/service.ts';
import type { ManagerPlace } from '../core/service-manager.ts';
import { processes, treeOf } from './processes.ts';
import { serviceStates } from './service-states.ts';

/** Which GPU devices the processes of a service have open. */
export interface ServiceDevices {
  /** Null where it does not run, or its manager does not name a process. */
  readonly pid: number | null;
  readonly uptimeSeconds: number | null;
  /** It and all that it started. */
  readonly processes: number;
  /** `/dev/nvidia0`, `/dev/kfd`, ...: some, as soon as one was found. */
  readonly devices: readonly string[];
  /** Processes whose open files the login user may not see. */
  readonly denied: number;
  /** Open files, or processes, that were not looked at. */
  readonly unseen: number;
}

interface Input {
  readonly manager: ManagerName;
  readonly place: ManagerPlace;
  readonly units: readonly string[];
  readonly unit: string;
  readonly become?: 'sudo' | undefined;
}

const mostProcesses = 32;
const mostFiles = 1_024;
const filesAtOnce = 128;

/**
 * NVIDIA's, that of WSL, those of Jetson, AMD's, and the render nodes that Vulkan uses. /dev/nvidiactl and nvidia-uvm
 * are open in every program that has asked for GPUs, also where it got none.
 */
const gpuDevice = /^\/dev\/(?:nvidia\d+|dxg|nvhost-(?:ctrl-)?gpu|nvgpu\/.+|kfd|dri\/renderD\d+)$/;

/** Links under /proc/PID/fd: the same user or root may follow them, and no program is started for it. */
export const serviceDevices = defineProbe({
  name: 'service.devices',
  summary: 'Which GPU devices the processes of a service have open',
  *steps({ unit, become, ...managed }: Input): Asking<ServiceDevices> {
    const answer = yield* serviceStates.steps(managed);
    const state = answer.reachable ? answer.services.find((each) => each.unit === unit) : undefined;
    const { pid = null, uptimeSeconds = null } = state ?? {};
    const none = { pid, uptimeSeconds, processes: 0, devices: [], denied: 0, unseen: 0 };
    if (pid === null) return none;
    const { list: all, complete } = yield* processes.steps({});
    // What holds a model is large.
    const tree = treeOf(all, pid).toSorted((a, b) => (b.rssBytes ?? 0) - (a.rssBytes ?? 0));
    const some = tree.slice(0, mostProcesses);
    const folders = some.map((process) => `/proc/${process.pid}/fd`);
    if (folders.length === 0) return { ...none, unseen: complete ? 0 : 1 };
    const found = yield* askAll(folders.map((folder) => list(folder, { become })));
    const files = found.flatMap((reply, index) =>
      reply.ok ? reply.entries.map(({ name }) => `${folders[index]}/${name}`) : [],
    );
    const devices = yield* openDevices(files.slice(0, mostFiles), become);
    const denied = found.filter((reply) => !reply.ok && (reply.errno === 'EACCES' || reply.errno === 'EPERM')).length;
    const omitted = found.reduce((sum, reply) => sum + (reply.ok ? reply.omitted : 1), 0) - denied;
    return {
      pid,
      uptimeSeconds,
      processes: tree.length,
      devices,
      denied,
      unseen: tree.length - some.length + Math.max(0, files.length - mostFiles) + omitted + (complete ? 0 : 1),
    };
  },
});

/** A program opens its GPU early: the first files tell, and the others are asked for only where those do not. */
function* openDevices(files: readonly string[], become: 'sudo' | undefined): Asking<readonly string[]> {
  for (let from = 0; from < files.length; from += filesAtOnce) {
    const replies = yield* askAll(files.slice(from, from + filesAtOnce).map((path) => stat(path, { become })));
    const links = replies.flatMap(({ link }) => (link !== undefined && gpuDevice.test(link) ? [link] : []));
    if (links.length > 0) return [...new Set(links)].toSorted();
  }
  return [];
}
