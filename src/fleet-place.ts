import { homedir } from 'node:os';
import type { FleetPlace } from './config/find-fleet-file.ts';

/** Where this process looks for its fleet file. */
export const fleetPlace = (path: string | undefined): FleetPlace => ({
  path,
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
});
