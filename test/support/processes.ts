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

/** Waits until no process holds `text` any more, and names those that still do after `withinMs`. */
export async function leftOf(text: string, withinMs = 10_000): Promise<number[]> {
  const end = performance.now() + withinMs;
  let left = pidsOf(text);
  while (left.length > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    left = pidsOf(text);
  }
  return left;
}

let uniques = 0;
/** A number of seconds that no other test sleeps, to know a process by. */
export const uniqueSeconds = (): string =>
  `${4_000 + (process.pid % 1_000)}.${Date.now() % 1_000_000}${(uniques += 1)}`;
