import { z } from 'zod';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { print } from './terminal.ts';
import { typed } from './typed.ts';

const input = z.object({ name: z.string().describe('Small letters, digits and underscores') });

export const playbookNew: Command = {
  words: 'playbook new',
  title: 'Begin a playbook of your own',
  about:
    'Writes a playbook to begin with into the folder playbooks beside the fleet file, with every key explained. It runs as it is, and replaces no file.',
  flags: () => flagsOf(input),
  positional: ['name'],
  async run(values, { app, json }) {
    const { name } = typed(input, values);
    const path = await (await app()).playbooks.begin(name);
    print(
      json ? JSON.stringify({ file: path }) : `Written: ${path}\nWhen you have changed it: rackhand playbook check`,
    );
    return 0;
  },
};
