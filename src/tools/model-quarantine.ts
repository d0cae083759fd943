import { z } from 'zod';
import { defineTool, nodeInput } from '../core/tool.ts';
import { change, changeInputs, modelPathInput, serviceNameInput } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const modelQuarantine = defineTool({
  name: 'model_quarantine',
  title: 'Put a broken model out of use',
  summary:
    'Renames a declared model file that is broken, after approval, so that nothing loads it and nothing is lost. Refuses one that no check finds broken, unless a reason is given. Taken back by run_undo.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({
    node: nodeInput,
    service: serviceNameInput,
    path: modelPathInput,
    reason: z.string().optional().describe('Why, where no check finds it broken'),
    ...changeInputs,
  }),
  data: changeData,
  cli: { positional: ['node', 'service', 'path'] },
  run: (input, ops) => {
    const { service, path, reason } = input;
    const args = { service, path, ...(reason !== undefined && { reason }) };
    return change(ops, { tool: 'model_quarantine', input, steps: [{ action: 'model.quarantine', args }] });
  },
});
