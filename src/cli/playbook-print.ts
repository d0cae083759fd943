import { z } from 'zod';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { print } from './terminal.ts';
import { typed } from './typed.ts';

const input = z.object({ name: z.string().describe('As rackhand playbook list names it') });

export const playbookPrint: Command = {
  words: 'playbook print',
  title: 'Print a playbook as YAML',
  about:
    'Prints a playbook, also one of those that come with rackhand, as a file that may be put beside the fleet file and changed there. It needs a name of its own.',
  flags: () => flagsOf(input),
  positional: ['name'],
  async run(values, { app, json }) {
    const { name } = typed(input, values);
    const [{ playbookText }, { playbookNamed }, { playbooks: builtIn }] = await Promise.all([
      import('../config/playbook-text.ts'),
      import('../play/find-playbook.ts'),
      import('../playbooks/index.ts'),
    ]);
    // To see one of ours, no fleet file is needed, and none has to be right.
    const isOurs = builtIn.some((each) => each.name === name);
    const own = isOurs ? undefined : await (await app()).playbooks.own();
    const playbook = playbookNamed(name, [...builtIn, ...(own?.playbooks ?? [])], own?.brokenPlaybooks ?? []);
    print(json ? JSON.stringify(playbook, undefined, 2) : playbookText(playbook).trimEnd());
    return 0;
  },
};
