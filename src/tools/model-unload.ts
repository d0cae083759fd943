import { z } from 'zod';
import { defineTool, nodeInput } from '../core/tool.ts';
import { change, changeInputs, serviceNameInput } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const modelUnload = defineTool({
  name: 'model_unload',
  title: 'Free GPU memory that a model holds',
  summary:
    'Has Ollama unload one model, or an idle ComfyUI all of its models, after approval, and proves that they are gone. The next request loads what it needs again.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({
    node: nodeInput,
    service: serviceNameInput,
    model: z.string().min(1).optional().describe('Of Ollama: which one, where it has loaded several'),
    ...changeInputs,
  }),
  data: changeData,
  cli: { positional: ['node', 'service', 'model'] },
  run: (input, ops) => {
    const { service, model } = input;
    const args = { service, ...(model !== undefined && { model }) };
    return change(ops, { tool: 'model_unload', input, steps: [{ action: 'models.unload', args }] });
  },
});
