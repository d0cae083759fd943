import type { Command } from './command.ts';
import { print } from './terminal.ts';

export const playbookSchema: Command = {
  words: 'playbook schema',
  title: 'Print the JSON schema of playbooks',
  about: 'Prints the JSON schema of a playbook, for editors that complete and check YAML by one.',
  flags: () => [],
  positional: [],
  async run() {
    const { playbookJsonSchema } = await import('../config/schema.ts');
    print(JSON.stringify(playbookJsonSchema(), undefined, 2));
    return 0;
  },
};
