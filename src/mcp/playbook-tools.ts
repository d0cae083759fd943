import { findFleetFile, type FleetPlace } from '../config/find-fleet-file.ts';
import { playbookFiles } from '../config/playbook-files.ts';
import { opsError, type OpsError } from '../core/errors.ts';
import type { Fleet } from '../core/node.ts';
import type { AnyTool } from '../core/tool.ts';
import { toolEntry, type ToolEntry } from '../tool-schema.ts';
import { watchPlaybooks } from './watch-playbooks.ts';

/** Of what a model reads of playbooks as tools; `playbook_run` reaches those that are too many. */
const mostBytes = 10_000;

/** Tools that come and go while a server runs. */
export interface ChangingTools {
  list(): Promise<readonly ToolEntry[]>;
  /** Those that were shown last. */
  names(): readonly string[];
  /** Also one that there was no room for; what is wrong with one that is not there any more. */
  find(name: string): Promise<AnyTool | OpsError | undefined>;
  /** Whether the list is another one than it was when it was shown, or this was asked, last. */
  hasChanged(): Promise<boolean>;
  /** Calls back when it may have changed, until what it returns is called. */
  watch(changed: () => void): () => void;
}

interface Shelf {
  readonly place: FleetPlace;
  /** Those that come with rackhand. */
  readonly builtIn: readonly ToolEntry[];
  /** Of the fleet; it loads the program, so it is asked only where there are files. */
  own(): Promise<Pick<Fleet, 'playbooks' | 'brokenPlaybooks'>>;
}

/** Playbooks as tools, as far as there is room: first those of the fleet, then those that come with rackhand. */
export function createPlaybookTools({ place, builtIn, own }: Shelf): ChangingTools {
  let shown: readonly ToolEntry[] | undefined;
  const known = new Set<string>();

  const entries = async (): Promise<readonly ToolEntry[]> => {
    const path = fleetPath(place);
    if (path === undefined || playbookFiles(path).length === 0) return withinRoom(builtIn);
    const { toolOfPlaybook } = await import('../tools/tool-of-playbook.ts');
    // What is wrong with a fleet file is said by the tools that need it.
    const { playbooks } = await own().catch(() => ({ playbooks: [] }));
    return withinRoom([...playbooks.map((playbook) => toolEntry(toolOfPlaybook(playbook))), ...builtIn]);
  };

  return {
    async list() {
      shown = await entries();
      for (const { name } of shown) known.add(name);
      return shown;
    },
    names: () => (shown ?? []).map(({ name }) => name),
    async find(name) {
      const [{ toolOfPlaybook }, { playbooks: ours }] = await Promise.all([
        import('../tools/tool-of-playbook.ts'),
        import('../playbooks/index.ts'),
      ]);
      const isNamed = (each: { readonly name: string }) => each.name === name;
      const built = ours.find(isNamed);
      if (built !== undefined) return toolOfPlaybook(built);
      try {
        const { playbooks, brokenPlaybooks } = await own();
        const found = playbooks.find(isNamed);
        return found === undefined ? brokenPlaybooks.find(isNamed)?.mistake : toolOfPlaybook(found);
      } catch (thrown) {
        return known.has(name) ? opsError(thrown) : undefined;
      }
    },
    async hasChanged() {
      if (shown === undefined) return false;
      const before = JSON.stringify(shown);
      shown = await entries();
      return JSON.stringify(shown) !== before;
    },
    watch(changed) {
      const path = fleetPath(place);
      return path === undefined ? () => undefined : watchPlaybooks(path, changed);
    },
  };
}

function fleetPath(place: FleetPlace): string | undefined {
  try {
    return findFleetFile(place);
  } catch {
    return undefined;
  }
}

/** Those that there is room for when their turn comes, by name: the order must not change between two sessions. */
function withinRoom(entries: readonly ToolEntry[]): readonly ToolEntry[] {
  let room = mostBytes;
  return entries
    .filter((entry) => {
      const bytes = Buffer.byteLength(JSON.stringify(entry)) + 1;
      const fits = bytes <= room;
      if (fits) room -= bytes;
      return fits;
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
