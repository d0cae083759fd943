import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findFleetFile, type FleetPlace } from './config/find-fleet-file.ts';
import { playbookFiles, playbookFolder } from './config/playbook-files.ts';
import { readPlaybooks, type PlaybookFile } from './config/playbooks.ts';
import { OpsError, opsError } from './core/errors.ts';
import type { Fleet } from './core/node.ts';
import { playbookSchema } from './core/playbook.ts';
import { knownNames } from './known-names.ts';
import { playbookStarter } from './text/playbook-starter.ts';

/** The playbooks that were written beside a fleet file. */
export interface PlaybookShelf {
  /** None where there is no fleet file. Errors: those of the fleet file. */
  own(): Promise<Pick<Fleet, 'playbooks' | 'brokenPlaybooks'>>;
  /** What is in files, or in all of the fleet. Errors: those of the fleet file. */
  check(files: readonly string[]): Promise<readonly PlaybookFile[]>;
  /** Writes one to begin with, and gives its path. Errors: `USAGE` for its name, and where there is one already. */
  begin(name: string): Promise<string>;
}

export function playbookShelf(place: FleetPlace, readFleet: () => Promise<Fleet>): PlaybookShelf {
  /** Undefined where none was named and none is there. */
  const fleetHere = async (): Promise<Fleet | undefined> => {
    try {
      return await readFleet();
    } catch (thrown) {
      if (opsError(thrown).code === 'CONFIG_MISSING' && place.path === undefined) return undefined;
      throw thrown;
    }
  };

  return {
    own: async () => (await fleetHere()) ?? { playbooks: [], brokenPlaybooks: [] },
    async check(files) {
      const fleet = files.length === 0 ? await readFleet() : await fleetHere();
      const own = fleet === undefined ? [] : playbookFiles(fleet.path);
      const given = files.map((file) => resolve(place.cwd, file));
      const against = { fleet: fleet ?? { nodes: [] }, names: knownNames };
      const read = await readPlaybooks([...new Set([...own, ...given])], against);
      return files.length === 0 ? read : read.filter(({ path }) => given.includes(path));
    },
    async begin(name) {
      const folder = playbookFolder(findFleetFile(place));
      const { playbooks, brokenPlaybooks } = await readFleet();
      refuseName(name, [...playbooks, ...brokenPlaybooks]);
      const path = join(folder, `${name}.yaml`);
      await mkdir(folder, { recursive: true });
      await writeFile(path, playbookStarter(name), { flag: 'wx' }).catch((cause: unknown) => {
        const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
        if (isThere) throw new OpsError('USAGE', `${path} is there already, and was left as it is.`);
        throw new OpsError('STATE_FAILED', `${path} can not be written: ${String(cause)}`, { cause });
      });
      return path;
    },
  };
}

/** Errors: `USAGE`. */
function refuseName(name: string, others: readonly { readonly name: string }[]): void {
  const { taken } = knownNames;
  const has = taken.get(name) ?? (others.some((each) => each.name === name) ? 'a playbook of this fleet' : undefined);
  const parsed = playbookSchema.shape.name.safeParse(name);
  const hint = 'Choose another name, of small letters, digits and underscores: llama_after_deploy.';
  if (has !== undefined) throw new OpsError('USAGE', `${name} is taken: ${has} is called this.`, { hint });
  if (!parsed.success) throw new OpsError('USAGE', `${JSON.stringify(name)} is no name of a playbook.`, { hint });
}
