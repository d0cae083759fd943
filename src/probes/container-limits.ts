import { read, type FileTrouble, type ReadFound } from '../core/command.ts';
import { ask, askAll, defineProbe, type Asking } from '../core/probe.ts';
import { fileNumber, fileTextIfAny } from '../core/reply.ts';

/** What the container allows all its processes together; null where it sets no limit, as on a host. */
export interface ContainerLimits {
  readonly memory: {
    readonly limitBytes: number;
    readonly usedBytes: number;
    /** Cache of files, which gives way before anything is killed. */
    readonly cacheBytes: number;
  } | null;
  readonly tasks: { readonly limit: number; readonly used: number } | null;
}

const root = '/sys/fs/cgroup';
/** Version 1 writes "no limit" as the largest number of whole pages. */
const endless = 2 ** 62;
/** A limit is set when a container is made, and seldom after. */
const freshMs = 60_000;

/** The files of both versions; what is used is asked only where there is a limit. */
const versions = [
  { memory: `${root}/memory.current`, stat: `${root}/memory.stat`, prefix: '', tasks: `${root}/pids.current` },
  {
    memory: `${root}/memory/memory.usage_in_bytes`,
    stat: `${root}/memory/memory.stat`,
    prefix: 'total_',
    tasks: `${root}/pids/pids.current`,
  },
] as const;

/** A container sees its own group as the root of the tree; on a host the root has no limits. Source: cgroups(7). */
export const containerLimits = defineProbe({
  name: 'node.limits',
  summary: 'How much memory and how many tasks the container of a node may have, and has',
  *steps(): Asking<ContainerLimits> {
    const [max, high, max1, pids, pids1] = yield* askAll([
      read(`${root}/memory.max`, { bytes: 64, freshMs }),
      read(`${root}/memory.high`, { bytes: 64, freshMs }),
      read(`${root}/memory/memory.limit_in_bytes`, { bytes: 64, freshMs }),
      read(`${root}/pids.max`, { bytes: 64, freshMs }),
      read(`${root}/pids/pids.max`, { bytes: 64, freshMs }),
    ] as const);
    // Above `high` everything in the group is slowed down, so that it counts as a limit.
    const limits = [Math.min(limitIn(max), limitIn(high)), limitIn(max1)];
    const tasks = [limitIn(pids), limitIn(pids1)];
    return {
      memory: yield* memoryOf(limits.findIndex(Number.isFinite), Math.min(...limits)),
      tasks: yield* tasksOf(tasks.findIndex(Number.isFinite), Math.min(...tasks)),
    };
  },
});

function* memoryOf(version: number, limitBytes: number): Asking<ContainerLimits['memory']> {
  const files = versions[version];
  if (files === undefined) return null;
  const [used, stat] = yield* askAll([read(files.memory, { bytes: 64 }), read(files.stat, { bytes: 8_192 })] as const);
  const usedBytes = fileNumber(used);
  return usedBytes === null ? null : { limitBytes, usedBytes, cacheBytes: cacheIn(stat, files.prefix) ?? 0 };
}

function* tasksOf(version: number, limit: number): Asking<ContainerLimits['tasks']> {
  const files = versions[version];
  if (files === undefined) return null;
  const used = fileNumber(yield* ask(read(files.tasks, { bytes: 64 })));
  return used === null ? null : { limit, used };
}

type Reply = ReadFound | FileTrouble;

/** `max` is none. */
function limitIn(reply: Reply): number {
  const limit = fileNumber(reply);
  return limit === null || limit >= endless ? Number.POSITIVE_INFINITY : limit;
}

function cacheIn(reply: Reply, prefix: string): number | null {
  const text = fileTextIfAny(reply);
  if (text === undefined) return null;
  const field = (name: string) => Number(new RegExp(`^${prefix}${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return field('inactive_file') + field('active_file');
}
