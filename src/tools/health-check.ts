import { z } from 'zod';
import { serviceHealth } from '../checks/service-health.ts';
import { statuses } from '../core/report.ts';
import { defineTool, detailInput, nodesInput, serviceInput } from '../core/tool.ts';
import { narrowed } from './declared.ts';
import { findingsReport } from './findings-report.ts';
import { look } from './look.ts';

export const healthCheck = defineTool({
  name: 'health_check',
  title: 'Ask health endpoints',
  summary:
    'Asks the declared health URLs on the nodes themselves and compares status and JSON fields with what is expected. Quick: looks at nothing else.',
  effect: 'observe',
  input: z.object({ nodes: nodesInput, service: serviceInput, detail: detailInput }),
  data: z.object({
    endpoints: z.array(z.object({ node: z.string(), service: z.string(), status: z.enum(statuses), says: z.string() })),
  }),
  cli: { positional: ['nodes'] },
  async run({ nodes, service, detail }, ops) {
    const looks = await look(narrowed(ops.nodes(nodes), service), [serviceHealth], ops);
    const endpoints = looks
      .flatMap(({ findings }) => findings)
      .flatMap(({ node, service: name, status, summary }) =>
        name === undefined ? [] : [{ node, service: name, status, says: summary }],
      );
    const rows = endpoints.map(({ node, service: name, status, says }) => [node, name, status, says]);
    const table = {
      kind: 'table' as const,
      title: 'Health endpoints',
      columns: ['node', 'service', 'status', 'it says'],
      rows,
    };
    return findingsReport({ looks, detail, data: { endpoints }, show: rows.length === 0 ? [] : [table] });
  },
});
