import { rootCause } from '../checks/root-cause.ts';
import type { AnyCheck } from '../core/check.ts';
import { opsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { worst, type Finding, type Status } from '../core/report.ts';
import type { NodeLook, Ops } from '../core/tool.ts';

/** What a look at one node found, causes first; `also` is missing where the node could not be looked at. */
export interface Look<Also = undefined> {
  readonly node: Node;
  readonly status: Status;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  readonly also: Also | undefined;
}

/**
 * Judges nodes by checks, all nodes at once, and asks what a tool wants to know `also` in the same look.
 *
 * A node that can't be reached is an unknown finding. So is one that only the operator can mend (a host key, a login)
 * among several nodes; asked for alone, its error is thrown.
 */
export async function look<Also = undefined>(
  nodes: readonly Node[],
  checks: readonly AnyCheck[],
  ops: Ops,
  ask?: (at: NodeLook, node: Node) => Promise<Also>,
): Promise<readonly Look<Also>[]> {
  const one = async (node: Node): Promise<Look<Also>> => {
    const at = await ops.look(node);
    const [findings, also] = await Promise.all([at.survey(checks), ask?.(at, node)]);
    const status = worst(findings.map((finding) => finding.status).filter((each) => each !== 'not_applicable'));
    return { node, status, findings: rootCause(findings, node), notes: at.notes(), also };
  };
  return Promise.all(
    nodes.map((node) =>
      one(node).catch((thrown: unknown): Look<Also> => {
        const error = opsError(thrown);
        const { blame } = error.kind;
        if (blame !== 'node' && (blame !== 'operator' || nodes.length === 1)) throw error;
        const findings = rootCause([ops.unreached(node, error)], node);
        return { node, status: 'unknown', findings, notes: [], also: undefined };
      }),
    ),
  );
}
