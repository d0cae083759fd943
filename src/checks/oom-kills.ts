import { remembered } from '../core/remembered.ts';
import type { KernelLog } from '../probes/kernel-log.ts';

/** A process that the kernel killed for lack of memory. */
export interface OomKill {
  /** Seconds since boot; null where the kernel stamps no times. */
  readonly at: number | null;
  readonly pid: number;
  readonly name: string;
  /** Whose memory was used up: that of a control group (a container, a unit), or that of the node. */
  readonly limit: 'group' | 'node';
  /** The control group of the process, as the host names it. */
  readonly group: string | null;
  readonly rssBytes: number | null;
}

// Kernels before 5.0 write no line "oom-kill:"; those before 3.16 put the user before the name.
const killed =
  /(?<memcg>Memory cgroup out of memory: )?Killed process (?<pid>\d+),? (?:UID \d+, )?\((?<name>[^ ].*?)\),? total-vm/;
const chosen = /^oom-kill:constraint=(?<constraint>\w+),/;

/** Every kill of a log, oldest first. Source: Linux mm/oom_kill.c. */
export const oomKills = remembered(({ lines }: KernelLog & { readonly known: true }): readonly OomKill[] => {
  const groups = new Map<number, { readonly group: string | null; readonly constraint: string }>();
  return lines.flatMap(({ at, text }): readonly OomKill[] => {
    const constraint = chosen.exec(text)?.groups?.['constraint'];
    if (constraint !== undefined) {
      const group = /,task_memcg=(\/[^,]*),task=/.exec(text)?.[1] ?? null;
      groups.set(Number(/,pid=(\d+),uid=\d+$/.exec(text)?.[1] ?? -1), { group, constraint });
      return [];
    }
    const { memcg, pid, name } = killed.exec(text)?.groups ?? {};
    if (pid === undefined || name === undefined) return [];
    const choice = groups.get(Number(pid));
    const inGroup = memcg !== undefined || choice?.constraint === 'CONSTRAINT_MEMCG';
    return [
      {
        at,
        pid: Number(pid),
        name,
        limit: inGroup ? 'group' : 'node',
        group: choice?.group ?? null,
        rssBytes: rssOf(text),
      },
    ];
  });
});

function rssOf(line: string): number | null {
  const parts = [...line.matchAll(/\b(?:anon|file|shmem)-rss:(\d+)kB/g)].map(([, kib]) => Number(kib) * 1_024);
  return parts.length === 0 ? null : parts.reduce((sum, part) => sum + part);
}
