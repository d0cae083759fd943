import type { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import type { Finding } from '../core/report.ts';

/** A node that can't be looked at, as a finding: nothing about it is known, so it is not called down. */
export const reachFinding = (node: Node, { message, hint }: OpsError): Finding => ({
  node: node.name,
  check: 'node.reach',
  subject: 'node',
  status: 'unknown',
  summary: `${node.name} can not be looked at: ${message}`,
  layer: 'reach',
  role: 'finding',
  evidence: [],
  ...(hint !== undefined && { next: [{ say: hint }] }),
});
