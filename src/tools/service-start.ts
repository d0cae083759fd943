import { z } from 'zod';
import { defineTool, nodeInput } from '../core/tool.ts';
import { change, changeInputs, serviceNameInput } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const serviceStart = defineTool({
  name: 'service_start',
  title: 'Start a service',
  summary: 'Starts one stopped service of a node after approval, and proves that it came up.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({
    node: nodeInput,
    service: serviceNameInput,
    reason: z.string().optional().describe('What was mended just now'),
    ...changeInputs,
  }),
  data: changeData,
  cli: { positional: ['node', 'service'], alias: 'start' },
  run: (input, ops) =>
    change(ops, {
      tool: 'service_start',
      input,
      steps: [
        {
          action: 'service.start',
          args: { service: input.service, ...(input.reason !== undefined && { reason: input.reason }) },
        },
      ],
    }),
});
