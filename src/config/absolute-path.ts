import { resolve } from 'node:path';

/** A path of this machine as written by a person: `~` is the home, anything else is relative to `from`. */
export function absolutePath(written: string, { from, home }: { from: string; home: string }): string {
  if (written === '~' || written.startsWith('~/')) return resolve(home, written.slice(2));
  return resolve(from, written);
}
