import { rootCause } from '../checks/root-cause.ts';
import type { AnyCheck } from '../core/check.ts';
import { opsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { worst, type Finding, type Status } from '../core/report.ts';
import type { Ops } from '../core/tool.ts';

/** What a look at one node found, causes first. */
export interface Look {
  readonly node: Node;
  readonly status: Status;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/**
 * Judges nodes by checks, all nodes at once.
 *
 * A node that can't be looked at is an unknown finding among several nodes; asked for alone, its error is thrown where
 * only the operator can mend it (a host key, a login).
 */
export async function look(nodes: readonly Node[], checks: readonly AnyCheck[], ops: Ops): Promise<readonly Look[]> {
  return Promise.all(
    nodes.map(async (node) => {
      try {
        const { findings, notes } = await ops.survey(node, checks);
        return looked(node, findings, notes);
      } catch (thrown) {
        const error = opsError(thrown);
        if (nodes.length === 1 || error.kind.blame !== 'operator') throw thrown;
        return looked(node, [ops.unreached(node, error)], []);
      }
    }),
  );
}

const looked = (node: Node, findings: readonly Finding[], notes: readonly string[]): Look => ({
  node,
  status: worst(findings.map(({ status }) => status).filter((status) => status !== 'not_applicable')),
  findings: rootCause(findings, node),
  notes,
});
