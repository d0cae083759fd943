import type { ChangeOutcome, Escalation } from '../core/change-outcome.ts';
import type { ChangeDesk } from './change-desk.ts';
import { foundEntry } from './found.ts';
import { createJournal } from './journal.ts';
import { nothing } from './outcomes.ts';
import { newRunId } from './runs.ts';

/**
 * Writes down what a playbook leaves to a person, with what it found: a run that sends nothing.
 *
 * Errors: `JOURNAL_FAILED`, `STATE_FAILED`.
 */
export async function escalate(desk: ChangeDesk, request: Escalation): Promise<ChangeOutcome> {
  const { node, tool, why, diagnosis, said } = request;
  const { playbook, checks, services, findings, keep } = diagnosis;
  const id = newRunId(Date.now());
  await desk.evidence.save(keep);
  const journal = await createJournal(desk.folder, {
    id,
    node: node.name,
    tool,
    principal: desk.principal,
    why: why.slice(0, 2_000),
    playbook,
    ...(node.simulated.length > 0 && { simulated: [...node.simulated] }),
  });
  try {
    const names = checks.map(({ name }) => name);
    await journal.append(foundEntry('before', { checks: names, services, findings }, desk.fleet.secrets));
    await journal.append({ type: 'closed', how: 'escalated', said: said.slice(0, 2_000) });
  } finally {
    await journal.close();
  }
  return { ...nothing, state: 'escalated', said, run: id };
}
