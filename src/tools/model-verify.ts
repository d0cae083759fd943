import { z } from 'zod';
import { digestCheck } from '../checks/digest-check.ts';
import { modelChecks } from '../checks/model-checks.ts';
import { itsService } from '../checks/verify-model.ts';
import type { AnyCheck } from '../core/check.ts';
import { OpsError } from '../core/errors.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { worst, statuses } from '../core/report.ts';
import { defineTool, detailInput, nodesInput, serviceInput } from '../core/tool.ts';
import { narrowed } from './declared.ts';
import { findingsReport } from './findings-report.ts';
import { look } from './look.ts';
import { withModelAt, withoutStandIn } from './model-at.ts';

export const modelVerify = defineTool({
  name: 'model_verify',
  title: 'Verify model files',
  summary:
    'Checks model files, declared or at any path: readable, not growing, whole, really filled. A sync that reported success proves none of this.',
  effect: 'observe',
  input: z.object({
    nodes: nodesInput,
    service: serviceInput,
    path: z.string().optional().describe('Any file'),
    sha256: z.coerce.string().optional().describe('true or the hash expected'),
    detail: detailInput,
  }),
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
  async run({ nodes, service, path, sha256, detail }, ops) {
    const chosen = narrowed(ops.nodes(nodes), service);
    const wanted = path === undefined ? chosen : chosen.map((node) => withModelAt(node, path, service !== undefined));
    const digests = digestsOf(sha256, wanted);
    if (digests.length > 0) ops.progress(`reading ${count(pathsOf(wanted).length, 'model file')} whole, to hash`);
    const looks = await look(wanted, [...modelChecks, ...digests], ops);
    const models = looks.flatMap(({ node, findings }) =>
      node.services.flatMap(({ name, models: declared }) =>
        declared.map((model) => {
          const own = findings.filter(({ subject, service: of }) => subject === `model:${model.path}` && of === name);
          const status = own.length === 0 ? ('unknown' as const) : worst(own.map((finding) => finding.status));
          const says = own.map(({ summary }) => summary);
          return { node: node.name, path: model.path, service: name === itsService ? '' : name, status, says };
        }),
      ),
    );
    const rows = models.map((row) => [row.node, row.service, row.path, row.status, row.says[0] ?? '']);
    const table = {
      kind: 'table' as const,
      title: 'Model files',
      columns: ['node', 'service', 'file', 'status', 'first finding'],
      rows,
    };
    return findingsReport({
      looks: looks.map((each) => ({ ...each, findings: each.findings.map(withoutStandIn) })),
      detail,
      data: { models },
      show: rows.length === 0 ? [] : [table],
    });
  },
});

/** Errors: `USAGE` for what is no hash, and for one hash of several files. */
function digestsOf(sha256: string | undefined, nodes: readonly Node[]): readonly AnyCheck[] {
  if (sha256 === undefined || sha256 === 'false') return [];
  if (sha256 === 'true') return [digestCheck(undefined)];
  if (!/^[0-9a-f]{64}$/i.test(sha256))
    throw new OpsError('USAGE', `sha256: ${JSON.stringify(sha256)} is neither true nor 64 hex digits.`);
  const files = pathsOf(nodes);
  if (files.length !== 1)
    throw new OpsError('USAGE', `sha256: one hash is of one file, and this means ${files.length}.`, {
      hint: 'Name the file with path.',
    });
  return [digestCheck(sha256)];
}

const pathsOf = (nodes: readonly Node[]): readonly string[] => [
  ...new Set(nodes.flatMap(({ services }) => services.flatMap(({ models }) => models.map(({ path }) => path)))),
];
