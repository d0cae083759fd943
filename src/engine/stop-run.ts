import { access, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OpsError } from '../core/errors.ts';
import { standing, type RunStory } from '../core/run-story.ts';
import { stateFailed } from './whole-file.ts';

const pathOf = (folder: string, id: string): string => join(folder, `${id}.stop`);

/**
 * Asks whoever carries a run out to stop at the next safe point, also in another process.
 *
 * Errors: `USAGE` for one at its end, `STATE_FAILED`.
 */
export async function askToStop(folder: string, story: RunStory, principal: string): Promise<void> {
  const { id } = story.run;
  if (story.closed !== undefined && standing(story) === story.closed.how)
    throw new OpsError('USAGE', `Run ${id} has come to its end already.`, {
      hint: `rackhand run show ${id} tells how; rackhand run undo ${id} takes it back.`,
    });
  const path = pathOf(folder, id);
  await writeFile(path, principal, { mode: 0o600 }).catch(stateFailed(path));
}

/** Errors: `CANCELLED` where somebody asked a run to stop. */
export async function mustGoOn(folder: string, id: string): Promise<void> {
  const path = pathOf(folder, id);
  const isAsked = await access(path).then(
    () => true,
    () => false,
  );
  if (!isAsked) return;
  const by = await readFile(path, 'utf8').catch(() => '');
  throw new OpsError('CANCELLED', `${by || 'Somebody'} asked it to stop.`);
}

/** Whoever goes on with a run takes back that it was to stop. */
export const forgetStop = (folder: string, id: string): Promise<void> =>
  unlink(pathOf(folder, id)).catch(() => undefined);
