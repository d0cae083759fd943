import { z } from 'zod';
import { standing } from '../core/run-story.ts';
import { defineTool } from '../core/tool.ts';

const longestWaitMs = 30_000;
const lookMs = 250;

export const runCancel = defineTool({
  name: 'run_cancel',
  title: 'Stop a run',
  summary:
    'Stops a run that is under way at its next safe point, and says where it stands. What it did stays; run_resume goes on with it or takes it back.',
  effect: 'change',
  toolset: 'repair',
  input: z.object({ run: z.string().describe('As run_list names it') }),
  data: z.object({ run: z.string(), state: z.string(), stopped: z.boolean() }),
  cli: { positional: ['run'] },
  async run({ run: id }, ops) {
    await ops.stop(id);
    const until = ops.now() + longestWaitMs;
    let story = await ops.runs.find(id);
    while ((await ops.runs.isUnderWay(id)) && ops.now() < until) {
      await ops.pause(lookMs);
      story = await ops.runs.find(id);
    }
    const stopped = !(await ops.runs.isUnderWay(id));
    const sent = story.steps.filter(({ ways }) => Object.keys(ways).length > 0);
    const where =
      story.closed !== undefined
        ? `It had come to its end: ${story.closed.said}`
        : sent.length === 0
          ? 'Nothing was sent to the node.'
          : `So far: ${sent.map(({ change, ways }) => `${change.what} ${ways.do?.verified === true ? 'Done and proven.' : 'Sent, not proven.'}`).join(' ')}`;
    return {
      summary: stopped ? `Run ${id} has stopped. ${where}` : `Run ${id} was asked to stop and has not yet. ${where}`,
      status: 'not_applicable',
      findings: [],
      next:
        story.closed !== undefined
          ? [{ say: 'See what was done, step by step.', tool: 'run_show', args: { run: id } }]
          : [
              { say: 'To take back what it did:', tool: 'run_resume', args: { run: id, way: 'back' } },
              { say: 'To go on with it:', tool: 'run_resume', args: { run: id } },
            ],
      notes: [],
      data: { run: id, state: standing(story), stopped },
      show: [],
    };
  },
});
