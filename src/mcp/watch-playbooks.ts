import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import { playbookFolder } from '../config/playbook-files.ts';

/** An editor writes a file in several goes. */
const settledMs = 100;

/**
 * Calls `changed` a moment after a fleet file or a playbook beside it has changed, until what it returns is called.
 *
 * It is only the sooner of two ways to notice: where a file system tells nothing, the next request looks by itself.
 */
export function watchPlaybooks(fleetPath: string, changed: () => void): () => void {
  const folder = playbookFolder(fleetPath);
  let inner: FSWatcher | undefined;
  let settled: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(settled);
    settled = setTimeout(changed, settledMs).unref();
  };
  const lookInside = () => {
    inner?.close();
    inner = watched(folder, soon);
  };
  const outer = watched(dirname(fleetPath), (name) => {
    if (name === basename(folder)) lookInside();
    if (name === basename(folder) || name === basename(fleetPath)) soon();
  });
  lookInside();
  return () => {
    clearTimeout(settled);
    inner?.close();
    outer?.close();
  };
}

/** Undefined where it is not there, or can't be watched. */
function watched(folder: string, happened: (name: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => happened(name));
    return watcher.on('error', () => watcher.close());
  } catch {
    return undefined;
  }
}
