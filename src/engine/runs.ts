import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { OpsError, opsError } from '../core/errors.ts';
import { runStory, type RunStory } from '../core/run-story.ts';
import type { Runs } from '../core/tool.ts';
import { readJournal } from './journal.ts';
import { isHeld } from './run-lock.ts';

/** By time, so that names sort as the runs began. */
export const newRunId = (now: number): string => `${now.toString(36)}-${randomBytes(2).toString('hex')}`;

/** NaN for a name that we have not given: it is read whatever its age. */
const begunAt = (id: string): number => Number.parseInt(/^([0-9a-z]+)-[0-9a-f]{4}$/.exec(id)?.[1] ?? '', 36);

/** The runs whose journals lie in a folder. */
export function createRuns(folder: string): Runs {
  const find = async (id: string): Promise<RunStory> => {
    const { records, condition } = await readJournal(folder, id);
    const story = runStory(records);
    if (story === undefined)
      throw new OpsError('JOURNAL_FAILED', `The journal of run ${id} holds nothing that can be read.`);
    if (condition.is !== 'broken') return story;
    const note = `The journal can be believed only up to line ${condition.line}: ${condition.why}.`;
    return { ...story, notes: [...story.notes, note] };
  };
  return {
    find,
    isUnderWay: (id) => isHeld(folder, id),
    async list(since = 0) {
      const files = await readdir(folder).catch(() => []);
      const ids = files
        .flatMap((file) => /^(.+)\.jsonl$/.exec(file)?.[1] ?? [])
        .filter((id) => !(begunAt(id) < since))
        .toSorted()
        .toReversed();
      return await Promise.all(
        ids.map((id) => find(id).catch((thrown: unknown) => ({ id, trouble: opsError(thrown).message }))),
      );
    },
  };
}
