import type { ChangeRequest } from '../core/change-outcome.ts';
import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { standing, type RunStory } from '../core/run-story.ts';
import type { Ops } from '../core/tool.ts';

/**
 * What takes back all that a finished run left on a node: in reverse, then what must be done again for that to count.
 *
 * Errors: `UNKNOWN_RUN`; `USAGE` where there is nothing to take back, or the run changed another node.
 */
export async function takingBack(
  ops: Pick<Ops, 'runs'>,
  id: string,
  { name }: Pick<Node, 'name'>,
): Promise<Pick<ChangeRequest, 'steps' | 'undoes'>> {
  const story = await ops.runs.find(id);
  if (story.run.node !== name)
    throw new OpsError('USAGE', `Run ${id} was on ${story.run.node}, not on ${name}.`, {
      hint: `Ask for it on ${story.run.node}.`,
    });
  mustBeFinished(story);
  const done = story.steps.filter(({ ways }) => ways.do?.how === 'done' && ways.undo?.how !== 'done');
  const backwards = done.flatMap(({ change }) => change.undo ?? []).toReversed();
  if (backwards.length === 0)
    throw new OpsError('USAGE', `Run ${id} left nothing that can be taken back.`, {
      hint: `rackhand run show ${id} says what it did.`,
    });
  const again = story.steps.filter(({ change }) => change.again === true).map(({ change }) => change);
  return { steps: [...backwards, ...again].map(({ action, args }) => ({ action, args })), undoes: id };
}

/** Errors: `USAGE` for one that is not at its end: what it did is not known yet. */
function mustBeFinished(story: RunStory): void {
  const { id } = story.run;
  if (story.closed !== undefined && standing(story) === story.closed.how) return;
  throw new OpsError('USAGE', `Run ${id} is not at its end.`, {
    hint: `rackhand run resume ${id} --way back looks what came of its last step, and takes it back.`,
  });
}
