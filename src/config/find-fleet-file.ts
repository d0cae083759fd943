import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OpsError } from '../core/errors.ts';
import { absolutePath } from './absolute-path.ts';
import { readSettings, type Environment } from './settings.ts';

/** Where to look, and from where relative paths count. */
export interface FleetPlace {
  readonly path?: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
  readonly home: string;
}

const example = `nodes:
  gpu-1:
    ssh: { host: 10.0.0.5, user: ops }
    services: { llama: { kind: llama, manager: supervisor } }`;

/**
 * The fleet file: the path given, else RACKHAND_FLEET, else the first that is there of ./fleet.yaml and
 * ~/.config/rackhand/fleet.yaml.
 *
 * A file that was asked for by name is the only one looked at. Errors: `CONFIG_MISSING`.
 */
export function findFleetFile({ path, env, cwd, home }: FleetPlace): string {
  const named = path === undefined ? readSettings({ env, cwd, home }).fleet : absolutePath(path, { from: cwd, home });
  const places = named === undefined ? [join(cwd, 'fleet.yaml'), join(home, '.config/rackhand/fleet.yaml')] : [named];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  const from = path === undefined && named !== undefined ? ' (named by RACKHAND_FLEET)' : '';
  throw new OpsError('CONFIG_MISSING', `There is no fleet file; looked at ${places.join(' and ')}${from}.`, {
    hint: `Write one:\n\n${example}\n\nor triage this machine, which needs none: rackhand triage local`,
  });
}
