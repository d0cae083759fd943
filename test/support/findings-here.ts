import type { AnyCheck, Need, Subject } from '../../src/core/check.ts';
import type { Node } from '../../src/core/node.ts';
import type { Finding } from '../../src/core/report.ts';
import { drive } from './drive.ts';

/** What checks say of this machine; both samples of those that take two are taken at once. */
export async function findingsHere(checks: readonly AnyCheck[], node: Node): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const check of checks) {
    for (const subject of check.subjects(node) as readonly Subject<unknown>[]) {
      const facts: Record<string, unknown> = {};
      for (const [name, { steps, sampling }] of Object.entries<Need<unknown>>(check.needs(subject.value, node))) {
        const fact = await drive(steps());
        facts[name] = sampling === null ? fact : sampling.settled(fact) ? [fact] : [fact, await drive(steps())];
      }
      const { id, service, layer = check.layer } = subject;
      for (const verdict of [check.evaluate(facts, subject.value, node)].flat()) {
        const own = { node: node.name, check: check.name, layer, role: 'finding' as const, evidence: [] };
        found.push({ ...own, ...(service !== undefined && { service }), subject: id, ...verdict });
      }
    }
  }
  return found;
}
