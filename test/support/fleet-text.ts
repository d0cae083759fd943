import { loadFleet } from '../../src/config/fleet.ts';
import type { OpsError } from '../../src/core/errors.ts';
import type { Fleet } from '../../src/core/node.ts';
import { rejection, scratchFolder } from './scratch-folder.ts';

type Env = Record<string, string>;

/** The fleet that a text declares, loaded from a file of its own; the folder is the home as well. */
export async function fleetOf(text: string | Uint8Array, env: Env = {}): Promise<Fleet> {
  const folder = scratchFolder();
  const path = folder.write('fleet.yaml', text);
  return await loadFleet({ path, env, cwd: folder.path, home: folder.path });
}

/** What is said about a text that is no fleet; the message without the folder. */
export async function refusal(text: string | Uint8Array, env: Env = {}) {
  const { code, message, hint } = (await rejection(fleetOf(text, env))) as OpsError;
  return { code, message: message.replaceAll(/\/\S*\/rh-test-\w+\//g, ''), hint };
}
