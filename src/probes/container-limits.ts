import { read, type FileTrouble, type ReadFound } from '../core/command.ts';
import { askAll, defineProbe } from '../core/probe.ts';
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

/** A container sees its own group as the root of the tree; on a host the root has no limits. Source: cgroups(7). */
export const containerLimits = defineProbe({
  name: 'node.limits',
  summary: 'How much memory and how many tasks the container of a node may have, and has',
  *steps() {
    const [max, high, current, stat, max1, current1, stat1, pids, pidsNow, pids1, pidsNow1] = yield* askAll([
      read(`${root}/memory.max`, { bytes: 64 }),
      read(`${root}/memory.high`, { bytes: 64 }),
      read(`${root}/memory.current`, { bytes: 64 }),
      read(`${root}/memory.stat`, { bytes: 8192 }),
      read(`${root}/memory/memory.limit_in_bytes`, { bytes: 64 }),
      read(`${root}/memory/memory.usage_in_bytes`, { bytes: 64 }),
      read(`${root}/memory/memory.stat`, { bytes: 8192 }),
      read(`${root}/pids.max`, { bytes: 64 }),
      read(`${root}/pids.current`, { bytes: 64 }),
      read(`${root}/pids/pids.max`, { bytes: 64 }),
      read(`${root}/pids/pids.current`, { bytes: 64 }),
    ] as const);
    // Above `high` everything in the group is slowed down, so that it counts as a limit.
    const limitBytes = Math.min(...[max, high, max1].map((reply) => limitIn(reply) ?? Number.POSITIVE_INFINITY));
    const usedBytes = fileNumber(current) ?? fileNumber(current1);
    const limit = limitIn(pids) ?? limitIn(pids1);
    const used = fileNumber(pidsNow) ?? fileNumber(pidsNow1);
    return {
      memory:
        limitBytes < endless && usedBytes !== null
          ? { limitBytes, usedBytes, cacheBytes: cacheIn(stat, '') ?? cacheIn(stat1, 'total_') ?? 0 }
          : null,
      tasks: limit === null || used === null ? null : { limit, used },
    } satisfies ContainerLimits;
  },
});

type Reply = ReadFound | FileTrouble;

/** `max` is none. */
function limitIn(reply: Reply): number | null {
  const limit = fileNumber(reply);
  return limit === null || limit >= endless ? null : limit;
}

function cacheIn(reply: Reply, prefix: string): number | null {
  const text = fileTextIfAny(reply);
  if (text === undefined) return null;
  const field = (name: string) => Number(new RegExp(`^${prefix}${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return field('inactive_file') + field('active_file');
}
