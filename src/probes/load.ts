import { read } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import { askAll, defineProbe } from '../core/probe.ts';
import { fileText, fileTextIfAny } from '../core/reply.ts';

/** Of the whole machine, also where a container asks. Source: proc_loadavg(5). */
export interface Load {
  readonly minute: number;
  readonly fiveMinutes: number;
  /** Tasks of all kinds: threads count each. */
  readonly tasks: number;
  /** Null where the kernel does not tell. */
  readonly cpus: number | null;
}

export const load = defineProbe({
  name: 'node.load',
  summary: 'How many tasks run or wait in the kernel, and for how many CPUs',
  *steps() {
    const [average, online] = yield* askAll([
      read('/proc/loadavg', { bytes: 128 }),
      read('/sys/devices/system/cpu/online', { bytes: 4096 }),
    ] as const);
    const numbers = /^(\d+\.\d+) (\d+\.\d+) \d+\.\d+ \d+\/(\d+)/.exec(fileText(average, '/proc/loadavg'));
    if (numbers === null) throw new OpsError('OUTPUT_UNREADABLE', '/proc/loadavg holds no averages');
    const [, minute, fiveMinutes, tasks] = numbers.map(Number);
    return {
      minute: minute ?? 0,
      fiveMinutes: fiveMinutes ?? 0,
      tasks: tasks ?? 0,
      cpus: cpusIn(fileTextIfAny(online)?.trim() ?? ''),
    } satisfies Load;
  },
});

/** `0-3,8` is five. */
function cpusIn(ranges: string): number | null {
  if (!/^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/.test(ranges)) return null;
  return ranges.split(',').reduce((sum, range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return sum + last - first + 1;
  }, 0);
}
