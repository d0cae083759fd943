import { read } from '../core/command.ts';
import { askAll, defineProbe } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';

/** Processes that the kernel killed for lack of memory, as it counts them; null where it does not tell. */
export interface OomCounters {
  /** On the whole machine since boot, also in other containers. Source: /proc/vmstat, since Linux 4.13. */
  readonly sinceBoot: number | null;
  /**
   * In the topmost control group that can be seen and all below it: in a container, its own. Version 1 counts each group
   * by itself, so a 0 there would prove nothing, and the root of a host has no such file.
   */
  readonly ownGroup: number | null;
}

export const oomCounters = defineProbe({
  name: 'oom.counters',
  summary: 'How many processes the kernel killed for lack of memory, readable by every user',
  *steps() {
    const [vmstat, group] = yield* askAll([
      read('/proc/vmstat', { bytes: 32_768 }),
      read('/sys/fs/cgroup/memory.events', { bytes: 1_024 }),
    ] as const);
    return {
      sinceBoot: oomKillsIn(fileTextIfAny(vmstat)),
      ownGroup: oomKillsIn(fileTextIfAny(group)),
    } satisfies OomCounters;
  },
});

/** The counter, which is spelt alike in vmstat, in memory.events and in memory.oom_control. */
export function oomKillsIn(text: string | undefined): number | null {
  const digits = /^oom_kill (\d+)$/m.exec(text ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}
