import { z } from 'zod';
import { defineTool } from '../core/tool.ts';
import { changeData, changeReport } from './change-report.ts';

export const runResume = defineTool({
  name: 'run_resume',
  title: 'Go on with a run that was cut off',
  summary:
    'Finishes a run that a crash or a lost link cut off: looks first what came of the step that has no answer, never repeats it, then goes on, or with way back takes back what was done.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({
    run: z.string().describe('As run_list names it'),
    way: z.enum(['on', 'back']).default('on').describe('back takes back what it did'),
  }),
  data: changeData,
  cli: { positional: ['run'] },
  async run({ run, way }, ops) {
    const { run: told } = await ops.runs.find(run);
    return changeReport(await ops.resume(run, way), { node: told.node, tool: 'run_resume', args: { run, way } });
  },
});
