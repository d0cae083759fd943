import { z } from 'zod';
import { defineTool, nodeInput } from '../core/tool.ts';
import { change, changeInputs, serviceNameInput } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const serviceStop = defineTool({
  name: 'service_stop',
  title: 'Stop a service',
  summary: 'Stops one service of a node after approval. What needs it fails while it is stopped; the plan names it.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({
    node: nodeInput,
    service: serviceNameInput,
    ...changeInputs,
  }),
  data: changeData,
  cli: { positional: ['node', 'service'], alias: 'stop' },
  run: (input, ops) =>
    change(ops, {
      tool: 'service_stop',
      input,
      steps: [{ action: 'service.stop', args: { service: input.service } }],
    }),
});
