import { z } from 'zod';
import { defineTool, nodeInput } from '../core/tool.ts';
import { change, changeInputs, serviceNameInput } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const serviceRestart = defineTool({
  name: 'service_restart',
  title: 'Restart a service',
  summary:
    'Restarts one service after approval and proves that it is well again. Refuses where that does not help, and says what would.',
  effect: 'change',
  input: z.object({
    node: nodeInput,
    service: serviceNameInput,
    reason: z.string().optional().describe('What was mended'),
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
