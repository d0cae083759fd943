import { z } from 'zod';
import { OpsError } from '../core/errors.ts';
import { standing, type RunStory } from '../core/run-story.ts';
import { defineTool } from '../core/tool.ts';
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
    const story = await ops.runs.find(id);
    mustBeFinished(story);
    const done = story.steps.filter(({ ways }) => ways.do?.how === 'done' && ways.undo?.how !== 'done');
    const backwards = done.flatMap(({ change }) => change.undo ?? []).toReversed();
    if (backwards.length === 0)
      throw new OpsError('USAGE', `Run ${id} left nothing that can be taken back.`, {
        hint: `rackhand run show ${id} says what it did.`,
      });
    const again = story.steps.filter(({ change }) => change.again === true).map(({ change }) => change);
    const steps = [...backwards, ...again].map(({ action, args }) => ({ action, args }));
    const node = oneNode(ops, story.run.node);
    const request = { tool: 'run_undo', node, why: why === '' ? `Takes back run ${id}.` : why, steps, undoes: id };
    const outcome = await (plan ? ops.plan(request) : ops.change(request));
    return changeReport(outcome, { node: node.name, tool: 'run_undo', args: { run: id } });
  },
});

/** Errors: `USAGE` for one that is not at its end: what it did is not known yet. */
function mustBeFinished(story: RunStory): void {
  const { id } = story.run;
  if (story.closed !== undefined && standing(story) === story.closed.how) return;
  throw new OpsError('USAGE', `Run ${id} is not at its end.`, {
    hint: `rackhand run resume ${id} --way back looks what came of its last step, and takes it back.`,
  });
}
