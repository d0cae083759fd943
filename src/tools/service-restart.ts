import { z } from 'zod';
import { defineTool } from '../core/tool.ts';
import { change, startArgs, startInputs } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const serviceRestart = defineTool({
  name: 'service_restart',
  title: 'Restart a service',
  summary:
    'Restarts one service after approval and proves that it is well. Refuses where that does not help, and says what would.',
  effect: 'change',
  input: z.object(startInputs),
  data: changeData,
  cli: { positional: ['node', 'service'], alias: 'restart' },
  run: (input, ops) =>
    change(ops, { tool: 'service_restart', input, steps: [{ action: 'service.restart', args: startArgs(input) }] }),
});
