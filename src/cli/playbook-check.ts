import { z } from 'zod';
import { count } from '../core/format.ts';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { print, stdoutPage } from './terminal.ts';
import { typed } from './typed.ts';

const input = z.object({ files: z.array(z.string()).default([]).describe('All of the fleet without') });

/** As the fleet file has it when something is wrong in it. */
const wrong = 78;

export const playbookCheck: Command = {
  words: 'playbook check',
  title: 'Say what is wrong in playbooks',
  about:
    'Reads playbooks, those beside the fleet file or the files given, and says what is wrong in them: each mistake with its file, line and column. It looks at no node. What is named is checked too: checks, actions and what they take, known log lines, placeholders, and the commands and services of the fleet.',
  flags: () => flagsOf(input),
  positional: ['files'],
  async run(values, { app, json }) {
    const { files } = typed(input, values);
    const checked = await (await app()).playbooks.check(files);
    const broken = checked.filter((each) => 'mistake' in each);
    if (json) {
      const rows = checked.map((each) => ({
        file: each.path,
        playbook: each.name,
        ...('mistake' in each && { mistake: each.mistake.message, hint: each.mistake.hint }),
      }));
      print(JSON.stringify(rows, undefined, 2));
    } else {
      const { paint } = stdoutPage();
      for (const each of checked) {
        if (!('mistake' in each)) print(`${paint('green', 'ok')}     ${each.name}  ${each.path}`);
        else {
          const { message, hint } = each.mistake;
          print(
            `${paint('red', 'WRONG')}  ${each.name}\n${indented(hint === undefined ? message : `${message}\n${hint}`)}`,
          );
        }
      }
      const said = checked.length === 0 ? 'The fleet has no playbooks of its own' : count(checked.length, 'playbook');
      print(`${said}${broken.length === 0 ? '' : `, ${broken.length} of them left out until mended`}.`);
    }
    return broken.length === 0 ? 0 : wrong;
  },
};

const indented = (text: string): string => text.replace(/^/gm, '       ');
