import { read } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { askAll, defineProbe } from '../core/probe.ts';
import { fileNumber, fileText } from '../core/reply.ts';

/** What the kernel allows of open files and of tasks. Source: proc_sys_fs(5), proc_sys_kernel(5). */
export interface Handles {
  readonly openFiles: number;
  /** Null where there is in truth no limit. */
  readonly mostFiles: number | null;
  /** The smaller of what pid numbers and memory allow. */
  readonly mostTasks: number | null;
}

export const handles = defineProbe({
  name: 'node.handles',
  summary: 'Open files of the machine, and how many files and tasks the kernel allows',
  *steps() {
    const [files, pids, threads] = yield* askAll([
      read('/proc/sys/fs/file-nr', { bytes: 128 }),
      read('/proc/sys/kernel/pid_max', { bytes: 64 }),
      read('/proc/sys/kernel/threads-max', { bytes: 64 }),
    ] as const);
    const [, open, free, most] = /^(\d+)\s+(\d+)\s+(\d+)$/.exec(fileText(files, '/proc/sys/fs/file-nr').trim()) ?? [];
    if (open === undefined) throw new OpsError('OUTPUT_UNREADABLE', '/proc/sys/fs/file-nr does not hold three numbers');
    const limits = [pids, threads].flatMap((reply) => fileNumber(reply) ?? []);
    return {
      openFiles: Number(open) - Number(free),
      mostFiles: Number(most) >= 2 ** 60 ? null : Number(most),
      mostTasks: limits.length === 0 ? null : Math.min(...limits),
    } satisfies Handles;
  },
});
