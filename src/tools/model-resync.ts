import { z } from 'zod';
import { defineTool, nodeInput } from '../core/tool.ts';
import { change, changeInputs, modelPathInput, restarted, serviceNameInput } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const modelResync = defineTool({
  name: 'model_resync',
  title: 'Copy a model again',
  summary:
    'Runs the command that the fleet file declares to copy a model, after approval, and proves it by the file itself: whole, stable, not written any more. That the command reports success is not trusted.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({
    node: nodeInput,
    service: serviceNameInput,
    path: modelPathInput,
    restart: z.boolean().default(false).describe('Restart the service after it'),
    ...changeInputs,
  }),
  data: changeData,
  cli: { positional: ['node', 'service', 'path'] },
  run: (input, ops) => {
    const args = { service: input.service, path: input.path };
    return change(ops, { tool: 'model_resync', input, steps: [{ action: 'model.resync', args }, ...restarted(input)] });
  },
});
