import { readdirSync, readFileSync } from 'node:fs';

/** Pids whose command line holds `text`; a process that has ended but is not yet reaped has none. */
export const pidsOf = (text: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => commandOf(pid).split('\0').includes(text))
    .map(Number);

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

let uniques = 0;
/** A number of seconds that no other test sleeps, to know a process by. */
export const uniqueSeconds = (): string =>
  `${4_000 + (process.pid % 1_000)}.${Date.now() % 1_000_000}${(uniques += 1)}`;
