import { read } from '../core/command.ts';
import { askAll, defineProbe } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';

/** A process by what no other one has: its number and when it started, in ticks since the boot. */
export interface Started {
  readonly pid: number;
  /** Null where it has ended, or may not be seen. */
  readonly start: number | null;
}

export interface ProcessStarts {
  readonly bootId: string | null;
  readonly processes: readonly Started[];
}

/** Numbers of processes are given anew; with the start they are not. Source: proc(5), stat. */
export const processStarts = defineProbe({
  name: 'process.starts',
  summary: 'When each of some processes started, and in which boot',
  *steps({ pids, become }: { readonly pids: readonly number[]; readonly become?: 'sudo' | undefined }) {
    const [boot, ...stats] = yield* askAll([
      read('/proc/sys/kernel/random/boot_id', { bytes: 64 }),
      ...pids.map((pid) => read(`/proc/${pid}/stat`, { bytes: 1_024, become })),
    ]);
    const bootId = (boot === undefined ? undefined : fileTextIfAny(boot)?.trim()) || null;
    const processes = pids.map((pid, index) => {
      const stat = stats[index];
      return { pid, start: stat === undefined ? null : startIn(fileTextIfAny(stat) ?? '') };
    });
    return { bootId, processes } satisfies ProcessStarts;
  },
});

/** Fields are counted from behind the name, which may hold anything; one that is a zombie has ended. */
function startIn(stat: string): number | null {
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = Number(fields[18] ?? Number.NaN);
  return /^[ZXx]$/.test(state) || !Number.isSafeInteger(start) ? null : start;
}
