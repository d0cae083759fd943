import { declaredService } from '../core/declared-service.ts';
import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import type { Ops } from '../core/tool.ts';

/** The one node called so. Errors: `UNKNOWN_NODE`, and `USAGE` where a label means several. */
export function oneNode(ops: Ops, name: string): Node {
  const [node, ...others] = ops.nodes([name]);
  if (node === undefined || others.length > 0)
    throw new OpsError('USAGE', `${JSON.stringify(name)} means ${others.length + 1} nodes, and this asks for one.`);
  return node;
}

/** The nodes with no service but the one called so; nodes that declare none of that name drop out. */
export function narrowed(nodes: readonly Node[], service: string | undefined): readonly Node[] {
  if (service === undefined) return nodes;
  const having = nodes.filter((node) => node.services.some(({ name }) => name === service));
  const [first] = nodes;
  if (having.length === 0 && first !== undefined) declaredService(first, service);
  return having.map((node) => ({ ...node, services: node.services.filter(({ name }) => name === service) }));
}
