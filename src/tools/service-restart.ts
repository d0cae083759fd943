import { z } from 'zod';
import { defineTool, nodeInput } from '../core/tool.ts';
import { change, changeInputs } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const serviceRestart = defineTool({
  name: 'service_restart',
  title: 'Restart a service',
  summary:
    'Restarts one service of a node, once, after approval, and proves that it came up: newer start, health good, no new error, quiet for a while. Refuses where the log says that a restart does not help, and says what would.',
  effect: 'change',
  input: z.object({
    node: nodeInput,
    service: z.string().describe('As declared'),
    reason: z.string().optional().describe('What was fixed since the log said that it must be'),
    ...changeInputs,
  }),
  data: changeData,
  cli: { positional: ['node', 'service'], alias: 'restart' },
  run: (input, ops) =>
    change(ops, {
      tool: 'service_restart',
      input,
      steps: [
        {
          action: 'service.restart',
          args: { service: input.service, ...(input.reason !== undefined && { reason: input.reason }) },
        },
      ],
    }),
});
