import { statSync } from 'node:fs';
import type { Fleet } from '../core/node.ts';
import { findFleetFile, type FleetPlace } from './find-fleet-file.ts';
import { loadFleet } from './fleet.ts';
import { playbookFiles } from './playbook-files.ts';
import { readPlaybooks } from './playbooks.ts';
import { readWorkflows, workflowFiles } from './workflow-files.ts';
import type { KnownNames } from './known-names.ts';

/**
 * Reads the fleet file and the playbooks and workflows beside it anew only when it is another file or one of them has changed: a server
 * that runs for days follows their edits.
 */
export function createFleetReader(place: FleetPlace, names: KnownNames): () => Promise<Fleet> {
  let known: { readonly mark: string; readonly fleet: Promise<Fleet> } | undefined;
  return async () => {
    const path = findFleetFile(place);
    const files = playbookFiles(path);
    const workflows = workflowFiles(path);
    const mark = [path, ...files, ...workflows].map(markOf).join('\n');
    if (known?.mark !== mark) {
      const fleet = readFleet(place, { files, workflows, names });
      known = { mark, fleet };
      // A mistake is reported each time, not remembered: what it names may lie outside of the file.
      fleet.catch(() => (known = undefined));
    }
    return known.fleet;
  };
}

interface Beside {
  readonly files: readonly string[];
  readonly workflows: readonly string[];
  readonly names: KnownNames;
}

async function readFleet(place: FleetPlace, { files, workflows, names }: Beside): Promise<Fleet> {
  const fleet = await loadFleet(place);
  const read = await readPlaybooks(files, { fleet, names });
  return {
    ...fleet,
    playbooks: read.flatMap((each) => ('playbook' in each ? [each.playbook] : [])),
    brokenPlaybooks: read.filter((each) => 'mistake' in each),
    workflows: readWorkflows(workflows),
  };
}

/** Changes whenever a file does; also where a copy keeps the time of its original, or one may no longer read it. */
function markOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return `${path} ${found?.mtimeMs} ${found?.ctimeMs} ${found?.size} ${found?.ino}`;
}
