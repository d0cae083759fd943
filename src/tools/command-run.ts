import { z } from 'zod';
import { defineTool, nodeInput } from '../core/tool.ts';
import { change, changeInputs } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const commandRun = defineTool({
  name: 'command_run',
  title: 'Run a declared command',
  summary:
    'Runs a command that the fleet file declares at a node, by its name, after approval, and proves it by what it declares. No other command can be run.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({ node: nodeInput, command: z.string().describe('Its name in the fleet file'), ...changeInputs }),
  data: changeData,
  cli: { positional: ['node', 'command'] },
  run: (input, ops) =>
    change(ops, { tool: 'command_run', input, steps: [{ action: 'command.run', args: { name: input.command } }] }),
});
