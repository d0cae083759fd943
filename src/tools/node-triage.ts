import { z } from 'zod';
import { checks } from '../checks/index.ts';
import { statuses } from '../core/report.ts';
import { defineTool, detailInput, nodesInput } from '../core/tool.ts';
import { findingsReport } from './findings-report.ts';
import { look } from './look.ts';

export const nodeTriage = defineTool({
  name: 'node_triage',
  title: 'Triage nodes',
  summary:
    'Start here. Names what is wrong with GPU nodes: the lowest failing layer as the cause, what follows from it, evidence and the next step. Covers machine, services, logs, health, GPUs and model files.',
  effect: 'observe',
  input: z.object({ nodes: nodesInput, detail: detailInput }),
  data: z.object({
    nodes: z.array(
      z.object({ node: z.string(), status: z.enum(statuses), cause: z.string().nullable(), findings: z.int() }),
    ),
  }),
  cli: { positional: ['nodes'], alias: 'triage' },
  async run({ nodes, detail }, ops) {
    const looks = await look(ops.nodes(nodes), checks, ops);
    const rows = looks.map(({ node, status, findings }) => ({
      node: node.name,
      status,
      cause: findings.find(({ role }) => role === 'cause')?.summary ?? null,
      findings: findings.length,
    }));
    const many = rows.length > 1;
    const table = {
      kind: 'table' as const,
      title: 'Nodes',
      columns: ['node', 'status', 'cause'],
      rows: rows
        .filter(({ status }) => detail === 'full' || status !== 'ok')
        .map(({ node, status, cause }) => [node, status, cause ?? '']),
    };
    return findingsReport({ looks, detail, data: { nodes: rows }, show: many && table.rows.length > 0 ? [table] : [] });
  },
});
