import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { OpsError, opsError } from '../core/errors.ts';
import { runStory, type RunStory } from '../core/run-story.ts';
import type { Runs } from '../core/tool.ts';
import { readJournal } from './journal.ts';

/** By time, so that names sort as the runs began. */
export const newRunId = (now: number): string => `${now.toString(36)}-${randomBytes(2).toString('hex')}`;

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
    async list() {
      const files = await readdir(folder).catch(() => []);
      const ids = files
        .flatMap((file) => /^(.+)\.jsonl$/.exec(file)?.[1] ?? [])
        .toSorted()
        .toReversed();
      return await Promise.all(
        ids.map((id) => find(id).catch((thrown: unknown) => ({ id, trouble: opsError(thrown).message }))),
      );
    },
  };
}
