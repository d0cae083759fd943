import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Syncs the folder and those that were made for it: without that a new file can be gone after a loss of power. */
export async function syncFolders(folder: string, made: string | undefined): Promise<void> {
  const last = made === undefined ? folder : dirname(made);
  for (let at = folder; ; at = dirname(at)) {
    const handle = await open(at, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (at === last || at === dirname(at)) return;
  }
}
