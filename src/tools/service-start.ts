import { z } from 'zod';
import { defineTool } from '../core/tool.ts';
import { change, startArgs, startInputs } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const serviceStart = defineTool({
  name: 'service_start',
  title: 'Start a service',
  summary: 'Starts one stopped service of a node after approval, and proves that it came up.',
  effect: 'change',
  toolset: 'repair',
  input: z.object(startInputs),
  data: changeData,
  cli: { positional: ['node', 'service'], alias: 'start' },
  run: (input, ops) =>
    change(ops, { tool: 'service_start', input, steps: [{ action: 'service.start', args: startArgs(input) }] }),
});
