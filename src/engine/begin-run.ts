import type { ChangeRequest } from '../core/change-outcome.ts';
import type { ChangeDesk } from './change-desk.ts';
import { createJournal } from './journal.ts';
import type { Journal } from './journal-write.ts';
import { newRunId } from './runs.ts';

/** A run from its first line on disk. Errors: `JOURNAL_FAILED`. */
export async function beginRun(
  { principal, folder, began }: Pick<ChangeDesk, 'principal' | 'folder' | 'began'>,
  { node, tool, why, undoes, diagnosis }: Omit<ChangeRequest, 'steps'>,
): Promise<{ readonly id: string; readonly journal: Journal }> {
  const id = newRunId(Date.now());
  const journal = await createJournal(folder, {
    id,
    node: node.name,
    tool,
    principal,
    why: why.slice(0, 2_000),
    ...(undoes !== undefined && { undoes }),
    ...(diagnosis !== undefined && { playbook: diagnosis.playbook }),
    ...(node.simulated.length > 0 && { simulated: [...node.simulated] }),
  });
  began(id);
  return { id, journal };
}
