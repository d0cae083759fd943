import { read, type FileTrouble, type ReadFound } from '../core/command.ts';
import { askAll, type Asking } from '../core/probe.ts';
import { fileTextIfAny } from '../core/reply.ts';
import { processes, programOf, type Process } from './processes.ts';

/** A process that hangs in the NVIDIA driver and can't be ended; `waitsIn` is the place in the kernel, where that shows. */
export interface StuckProcess {
  readonly pid: number;
  readonly program: string;
  readonly seconds: number;
  readonly waitsIn: string | null;
}

/** As long as we would wait for an answer ourselves. */
export const stuckSeconds = 20;
const mostSuspects = 8;

/** Functions of the NVIDIA kernel modules; those of NVMe disks begin alike. Source: stacks in public hung-task reports. */
const inDriver = /^(?:nvidia|nvkms|uvm_|os_acquire_|_?nv(?!me|dimm|mem|tls))/;
/** It runs on and on by request, so that its age is not how long it hangs. Source: nvidia-smi's manual page. */
const loops = /\s(?:-l|--loop|-lms|--loop-ms|dmon|pmon|daemon|stats)\b/;

/**
 * The first process that sleeps uninterruptibly in the driver for 20 s or more. Every further nvidia-smi would join it.
 *
 * One that just passes through such a sleep has run a moment ago: the scheduler tells when, compared with the process
 * that reads. Where it does not tell, the age of an nvidia-smi has to do, and no other process is blamed.
 */
export function* stuckInDriver(leastSeconds = stuckSeconds): Asking<StuckProcess | null> {
  const { list } = yield* processes.steps({});
  const suspects = list.filter(mayHangInDriver).slice(0, mostSuspects);
  if (suspects.length === 0) return null;
  const [self, ...others] = yield* askAll(['self', ...suspects.map(({ pid }) => pid)].map(schedulerOf));
  const now = lastRan(self);
  const stuck = suspects.flatMap((suspect, index): readonly StuckProcess[] => {
    const { pid, waitsIn } = suspect;
    const ran = lastRan(others[index]);
    const seconds = now === null || ran === null ? ageOf(suspect) : Math.floor((now - ran) / 1_000);
    return seconds >= leastSeconds ? [{ pid, program: programOf(suspect), seconds, waitsIn }] : [];
  });
  return stuck[0] ?? null;
}

const schedulerOf = (pid: string | number) => read(`/proc/${pid}/sched`, { bytes: 4096 });

/** It sleeps uninterruptibly in the NVIDIA driver, for a moment or for good. */
export const mayHangInDriver = (process: Process): boolean =>
  process.state === 'D' && (programOf(process) === 'nvidia-smi' || inDriver.test(process.waitsIn ?? ''));

const ageOf = (process: Process): number =>
  programOf(process) === 'nvidia-smi' && !loops.test(process.args) ? (process.ageSeconds ?? 0) : 0;

/** Milliseconds on the scheduler's clock; null where the kernel does not show it. */
function lastRan(reply: ReadFound | FileTrouble | undefined): number | null {
  const text = reply === undefined ? undefined : fileTextIfAny(reply);
  const found = /^se\.exec_start\s*:\s*(\d+(?:\.\d+)?)/m.exec(text ?? '')?.[1];
  return found === undefined ? null : Number(found);
}
