import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder beside a fleet file that holds its playbooks. */
export const playbookFolder = (fleetPath: string): string => join(dirname(fleetPath), 'playbooks');

/** The files of playbooks beside a fleet file, by name; the folder itself where it can't be read, for its reader to say so. */
export function playbookFiles(fleetPath: string): readonly string[] {
  const folder = playbookFolder(fleetPath);
  try {
    return readdirSync(folder)
      .filter((name) => /^[^.].*\.ya?ml$/.test(name))
      .toSorted()
      .map((name) => join(folder, name));
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT' ? [] : [folder];
  }
}
