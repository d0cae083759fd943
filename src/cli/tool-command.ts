import type { AnyTool } from '../core/tool.ts';
import { changeRun, yesFlag } from './change-run.ts';
import type { Command } from './command.ts';
import { flagsOf, type Flag } from './flags.ts';
import { called } from './tool-call.ts';

/** A tool as a command: `node_triage` is `rackhand node triage`, and its input is flags. */
export const toolCommand = (tool: AnyTool): Command => ({
  words: tool.name.replaceAll('_', ' '),
  alias: tool.cli.alias,
  title: tool.title,
  about: tool.summary,
  flags: () => [
    ...flagsOf(tool.input),
    ...(tool.effect === 'change' ? [yesFlag] : []),
    ...(tool.cli.isPage === true ? [outFlag] : []),
  ],
  positional: tool.cli.positional,
  async run({ [outFlag.key]: out, ...values }, context) {
    if (tool.effect === 'change') return await changeRun(tool, values, context);
    const { show } = await called(tool, values, context);
    return await show(typeof out === 'string' ? out : undefined);
  },
});

const outFlag: Flag = {
  key: 'out',
  flag: '--out',
  type: 'string',
  many: false,
  required: false,
  choices: [],
  says: 'Into this file, in place of stdout',
};
