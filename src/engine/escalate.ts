import type { ChangeOutcome, Escalation } from '../core/change-outcome.ts';
import { beginRun } from './begin-run.ts';
import type { ChangeDesk } from './change-desk.ts';
import { writeFound } from './found.ts';
import { nothing } from './outcomes.ts';

/**
 * Writes down what a playbook leaves to a person, with what it found: a run that sends nothing.
 *
 * Errors: `JOURNAL_FAILED`, `STATE_FAILED`.
 */
export async function escalate(desk: ChangeDesk, { said, ...request }: Escalation): Promise<ChangeOutcome> {
  const { id, journal } = await beginRun(desk, request);
  try {
    await writeFound(desk, journal, request.diagnosis);
    await journal.append({ type: 'closed', how: 'escalated', said: said.slice(0, 2_000) });
  } finally {
    await journal.close();
  }
  return { ...nothing, state: 'escalated', said, run: id };
}
