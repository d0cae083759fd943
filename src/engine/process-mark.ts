import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** What tells a process from every other one, on this machine and elsewhere. */
export interface ProcessMark {
  readonly pid: number;
  readonly host: string;
  readonly boot: string;
  /** Tells it from a later one with its number: clock ticks after boot, `/proc/PID/stat`. */
  readonly born: string;
}

export const ownMark = async (): Promise<ProcessMark> => ({
  pid: process.pid,
  host: hostname(),
  boot: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim(),
  born: await bornOf(process.pid),
});

/** Whether a process still runs, as far as it can be told from here. */
export async function fateOf(mark: ProcessMark, own: ProcessMark): Promise<'runs' | 'ended' | 'elsewhere'> {
  if (mark.host !== own.host) return 'elsewhere';
  return mark.boot === own.boot && isAlive(mark.pid) && (await bornOf(mark.pid)) === mark.born ? 'runs' : 'ended';
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH');
  }
}

async function bornOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name in brackets may hold anything, blanks and brackets too: the fields are counted behind it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
