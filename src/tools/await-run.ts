import type { RunStory } from '../core/run-story.ts';
import type { Ops } from '../core/tool.ts';

const lookMs = 500;

/** A run as it stands, or as it ended within so many seconds. Errors: `UNKNOWN_RUN`, `JOURNAL_FAILED`, `CANCELLED`. */
export async function awaitRun(
  ops: Pick<Ops, 'runs' | 'now' | 'pause' | 'progress'>,
  id: string,
  seconds: number,
): Promise<{ readonly story: RunStory; readonly isUnderWay: boolean }> {
  const until = ops.now() + seconds * 1_000;
  for (;;) {
    const isUnderWay = await ops.runs.isUnderWay(id);
    // Read after that: what was held may have ended in between, and then the story has its end.
    const story = await ops.runs.find(id);
    if (!isUnderWay || ops.now() >= until) return { story, isUnderWay };
    ops.progress(
      `Run ${id}: ${story.steps.filter(({ ways }) => ways.do !== undefined).length} of ${story.steps.length} steps begun`,
    );
    await ops.pause(lookMs);
  }
}
