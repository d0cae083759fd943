import { statSync } from 'node:fs';
import type { Fleet } from '../core/node.ts';
import { findFleetFile, type FleetPlace } from './find-fleet-file.ts';
import { loadFleet } from './fleet.ts';

/** Reads the fleet file anew only when it is another file or has changed: a server that runs for days follows its edits. */
export function createFleetReader(place: FleetPlace): () => Promise<Fleet> {
  let known: { readonly mark: string; readonly fleet: Promise<Fleet> } | undefined;
  return async () => {
    const path = findFleetFile(place);
    const { mtimeMs, size, ino } = statSync(path);
    const mark = `${path} ${mtimeMs} ${size} ${ino}`;
    if (known?.mark !== mark) {
      const fleet = loadFleet(place);
      known = { mark, fleet };
      // A mistake is reported each time, not remembered: what it names may lie outside of the file.
      fleet.catch(() => (known = undefined));
    }
    return known.fleet;
  };
}
