import type { AnyCheck } from '../../src/core/check.ts';
import type { Ask, Reply } from '../../src/core/command.ts';
import { drive } from './drive.ts';
import { testNode } from './node.ts';

/** Judges the one service of a node by the facts of this machine. */
export async function judge(
  check: AnyCheck,
  service: Record<string, unknown>,
  seen: { ask: Ask; reply: Reply }[] = [],
) {
  const node = testNode({ services: { app: service } });
  const [subject] = check.subjects(node);
  if (subject === undefined) throw new Error('the check does not apply');
  const facts: Record<string, unknown> = {};
  for (const [name, need] of Object.entries(check.needs(subject.value, node))) {
    facts[name] = await drive((need as { steps(): Parameters<typeof drive>[0] }).steps(), seen);
  }
  return [check.evaluate(facts, subject.value, node)].flat();
}
