import { z } from 'zod';
import { checks } from '../checks/index.ts';
import { statuses, type Next } from '../core/report.ts';
import type { Playbook } from '../core/playbook.ts';
import { defineTool, detailInput, nodesInput } from '../core/tool.ts';
import { calledFor } from '../play/calling.ts';
import { findingsReport } from './findings-report.ts';
import { look, type Look } from './look.ts';
import { allPlaybooks } from './playbook-inputs.ts';

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
    const report = findingsReport({
      looks,
      detail,
      data: { nodes: rows },
      show: many && table.rows.length > 0 ? [table] : [],
    });
    return { ...report, next: [...playbooksFor(looks, allPlaybooks(ops)), ...report.next].slice(0, 5) };
  },
});

/** The playbooks that fit, each with the nodes that it fits. */
function playbooksFor(looks: readonly Look<unknown>[], all: readonly Playbook[]): readonly Next[] {
  const byCall = new Map<string, { readonly args: Readonly<Record<string, string>>; readonly nodes: string[] }>();
  for (const { node, findings } of looks) {
    const called = calledFor(all, node, findings);
    if (called === undefined) continue;
    const { playbook, service } = called;
    const args: Record<string, string> = { playbook: playbook.name, ...(service !== undefined && { service }) };
    const key = JSON.stringify(args);
    const known = byCall.get(key) ?? { args, nodes: [] };
    known.nodes.push(node.name);
    byCall.set(key, known);
  }
  return [...byCall.values()].map(({ args, nodes }) => ({
    say: `${args['playbook']} is the playbook for this: it says what would help, and changes nothing yet.`,
    tool: 'playbook_plan',
    args: { ...args, nodes },
  }));
}
