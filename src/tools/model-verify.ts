import { z } from 'zod';
import { modelComplete } from '../checks/model-complete.ts';
import { modelPresent } from '../checks/model-present.ts';
import { modelStable } from '../checks/model-stable.ts';
import { worst, statuses } from '../core/report.ts';
import { defineTool, detailInput, nodesInput, serviceInput } from '../core/tool.ts';
import { narrowed } from './declared.ts';
import { findingsReport } from './findings-report.ts';
import { look } from './look.ts';

export const modelVerify = defineTool({
  name: 'model_verify',
  title: 'Verify model files',
  summary:
    'Checks model files: regular, readable by the service, not growing (two samples 3 s apart), of the format they claim, and as long as their header says. A sync that reported success proves none of this.',
  effect: 'observe',
  input: z.object({ nodes: nodesInput, service: serviceInput, detail: detailInput }),
  data: z.object({
    models: z.array(
      z.object({
        node: z.string(),
        path: z.string(),
        service: z.string(),
        status: z.enum(statuses),
        says: z.array(z.string()),
      }),
    ),
  }),
  cli: { positional: ['nodes'] },
  async run({ nodes, service, detail }, ops) {
    const wanted = narrowed(ops.nodes(nodes), service);
    const looks = await look(wanted, [modelPresent, modelStable, modelComplete], ops);
    const models = looks.flatMap(({ node, findings }) =>
      node.services.flatMap(({ name, models: declared }) =>
        declared.map(({ path }) => {
          const own = findings.filter(({ subject, service: of }) => subject === `model:${path}` && of === name);
          const status = own.length === 0 ? ('unknown' as const) : worst(own.map((finding) => finding.status));
          return { node: node.name, path, service: name, status, says: own.map(({ summary }) => summary) };
        }),
      ),
    );
    const rows = models.map(({ node, path, service: name, status, says }) => [node, name, path, status, says[0] ?? '']);
    const table = {
      kind: 'table' as const,
      title: 'Model files',
      columns: ['node', 'service', 'file', 'status', 'first finding'],
      rows,
    };
    return findingsReport({ looks, detail, data: { models }, show: rows.length === 0 ? [] : [table] });
  },
});
