import { z } from 'zod';
import { defineTool } from '../core/tool.ts';
import { takingBack } from '../play/taking-back.ts';
import { changeInputs } from './change-inputs.ts';
import { changeData, changeReport } from './change-report.ts';
import { oneNode } from './declared.ts';

export const runUndo = defineTool({
  name: 'run_undo',
  title: 'Take a run back',
  summary:
    'Takes back what a finished run changed, after an approval of its own: only that, in reverse, then restarts only the services it concerns and proves that they are well. Refuses with a diff where somebody changed it since.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({ run: z.string().describe('As run_list names it'), ...changeInputs }),
  data: changeData,
  cli: { positional: ['run'] },
  async run({ run: id, why, plan }, ops) {
    const { run } = await ops.runs.find(id);
    const node = oneNode(ops, run.node);
    const undo = await takingBack(ops, id, node);
    const request = { tool: 'run_undo', node, why: why === '' ? `Takes back run ${id}.` : why, ...undo };
    const outcome = await (plan ? ops.plan(request) : ops.change(request));
    return changeReport(outcome, { node: node.name, tool: 'run_undo', args: { run: id } });
  },
});
