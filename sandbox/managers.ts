import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import type { Manager } from './service-host.ts';

/** How a manager is started here, and the folder of the program that the node finds. */
export interface ManagerProgram {
  readonly words: readonly [string, ...string[]];
  readonly folder: string;
}

function inPath(program: string): ManagerProgram | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return { words: [file], folder };
    } catch {
      continue;
    }
  }
  return undefined;
}

/** The package of a checkout, or of the project that Rackhand is installed in. */
function besideUs(): ManagerProgram | undefined {
  try {
    const home = dirname(createRequire(import.meta.url).resolve('pm2/package.json'));
    return { words: [process.execPath, join(home, 'bin', 'pm2')], folder: join(home, '..', '.bin') };
  } catch {
    return undefined;
  }
}

/** What of it this machine has. pm2 is no part of Rackhand. */
export function installedManagers(): Readonly<Partial<Record<Manager, ManagerProgram>>> {
  const [pm2, supervisor] = [besideUs() ?? inPath('pm2'), inPath('supervisord')];
  return { ...(pm2 && { pm2 }), ...(supervisor && { supervisor }) };
}

/** How each is had. */
export const managerPackages: Readonly<Record<Manager, string>> = {
  pm2: 'pm2 (npm install --global pm2)',
  supervisor: 'supervisord (Debian package supervisor)',
};
