import type { AnyTool } from '../core/tool.ts';
import { changeRun, yesFlag } from './change-run.ts';
import type { Command } from './command.ts';
import { flagsOf } from './flags.ts';
import { called } from './tool-call.ts';

/** A tool as a command: `node_triage` is `rackhand node triage`, and its input is flags. */
export const toolCommand = (tool: AnyTool): Command => ({
  words: tool.name.replaceAll('_', ' '),
  alias: tool.cli.alias,
  title: tool.title,
  about: tool.summary,
  flags: () => [...flagsOf(tool.input), ...(tool.effect === 'observe' ? [] : [yesFlag])],
  positional: tool.cli.positional,
  run: async (values, context) =>
    tool.effect === 'observe'
      ? await (await called(tool, values, context)).show()
      : await changeRun(tool, values, context),
});
