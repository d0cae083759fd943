import type { Command } from './command.ts';
import { print } from './terminal.ts';

export const fleetSchema: Command = {
  words: 'fleet schema',
  title: 'Print the JSON schema of the fleet file',
  about: 'Prints the JSON schema of fleet.yaml, for editors that complete and check YAML by one.',
  flags: () => [],
  positional: [],
  async run() {
    const { fleetJsonSchema } = await import('../config/schema.ts');
    print(JSON.stringify(fleetJsonSchema(), undefined, 2));
    return 0;
  },
};
