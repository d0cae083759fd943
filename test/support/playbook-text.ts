import { createFleetReader } from '../../src/config/fleet-reader.ts';
import type { Fleet } from '../../src/core/node.ts';
import { knownNames } from '../../src/known-names.ts';
import { scratchFolder } from './scratch-folder.ts';

const nodes = `nodes:
  gpu-1:
    transport: local
    commands: { deploy: { words: [/opt/deploy] } }
    services: { llama: { kind: llama, manager: none } }
`;

/** Reads a fleet with these files beside it in the folder of its playbooks. */
export function fleetWith(files: Readonly<Record<string, string>>, fleet = nodes) {
  const folder = scratchFolder();
  const path = folder.write('fleet.yaml', fleet);
  for (const [name, text] of Object.entries(files)) folder.write(`playbooks/${name}`, text);
  const place = { path, env: {}, cwd: folder.path, home: folder.path };
  return { folder, path, read: createFleetReader(place, knownNames) };
}

const short = (text: string) => text.replaceAll(/\/\S*\/rh-test-\w+\/playbooks\//g, '');

/** What is said of a playbook that is left out, without its folder; undefined of one that is right. */
export const saidOf = ({ brokenPlaybooks }: Fleet) => {
  const [broken] = brokenPlaybooks;
  if (broken === undefined) return undefined;
  const { message, hint } = broken.mistake;
  return hint === undefined ? short(message) : `${short(message)}\n${short(hint)}`;
};
