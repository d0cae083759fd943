import { checks as allChecks } from '../checks/index.ts';
import type { AnyCheck } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import { likeName, type Playbook } from '../core/playbook.ts';
import type { Service } from '../core/service.ts';

/** What a playbook looks at: its checks, on its service and on what that needs. */
export function scopeOf({
  playbook,
  node,
  service,
}: {
  readonly playbook: Playbook;
  readonly node: Node;
  readonly service: Service | undefined;
}): { readonly node: Node; readonly checks: readonly AnyCheck[]; readonly services: readonly string[] | undefined } {
  const names = playbook.diagnose.flatMap(({ checks }) => checks);
  const checks = allChecks.filter(({ name }) => names.some((each) => likeName(each, name)));
  if (service === undefined) return { node, checks, services: undefined };
  const services = [...needed(node, service.name)];
  return {
    node: { ...node, services: node.services.filter(({ name }) => services.includes(name)) },
    checks,
    services,
  };
}

/** A service and all that it needs, however far. */
function needed(node: Node, name: string, known: Set<string> = new Set()): ReadonlySet<string> {
  if (known.has(name)) return known;
  known.add(name);
  for (const next of node.services.find((each) => each.name === name)?.needs ?? []) needed(node, next, known);
  return known;
}
