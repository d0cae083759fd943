import { z } from 'zod';
import { defineTool, nodeInput } from '../core/tool.ts';
import { change, changeInputs, serviceNameInput } from './change-inputs.ts';
import { changeData } from './change-report.ts';

export const logRotate = defineTool({
  name: 'log_rotate',
  title: 'Make room in a log',
  summary:
    'Packs a log of a service into .1.gz and empties it in place, after approval, so that its writers go on; older ones move up to .5.gz. Refuses a log that something else rotates.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({
    node: nodeInput,
    service: serviceNameInput,
    path: z.string().describe('One of its logs'),
    ...changeInputs,
  }),
  data: changeData,
  cli: { positional: ['node', 'service', 'path'] },
  run: (input, ops) =>
    change(ops, {
      tool: 'log_rotate',
      input,
      steps: [{ action: 'log.rotate', args: { service: input.service, path: input.path } }],
    }),
});
