import { z } from 'zod';
import { nodeIdentity } from '../checks/node-identity.ts';
import type { Node } from '../core/node.ts';
import type { Status } from '../core/report.ts';
import { worst } from '../core/report.ts';
import { defineTool, nodesInput, type NodeLook } from '../core/tool.ts';
import { health } from '../probes/health.ts';
import { tools as programs, type Tools } from '../probes/tools.ts';
import { findingsReport } from './findings-report.ts';
import { look } from './look.ts';

export const fleetCheck = defineTool({
  name: 'fleet_check',
  title: 'Check the fleet file against its nodes',
  summary:
    'Proves that each node can be reached, and says what it lacks for a full look: SFTP, forwarding, sudo, programs. For after editing the fleet file.',
  effect: 'observe',
  toolset: 'repair',
  input: z.object({ nodes: nodesInput }),
  data: z.object({
    nodes: z.array(
      z.object({ node: z.string(), reached: z.boolean(), lacks: z.array(z.string()), programs: z.array(z.string()) }),
    ),
  }),
  cli: { positional: ['nodes'] },
  async run({ nodes }, ops) {
    const looks = await look(ops.nodes(nodes), [nodeIdentity], ops, abilities);
    const checked = looks.map(({ node, also, notes }) => ({
      node: node.name,
      reached: also !== undefined,
      lacks: also === undefined ? [] : [...lacking(node, also), ...refused(notes)],
      programs: Object.entries(also?.found ?? {}).flatMap(([program, path]) => (path === null ? [] : [program])),
    }));
    const status = worst([
      ...looks.map((each) => each.status),
      ...checked.map(({ lacks }): Status => (lacks.length > 0 ? 'degraded' : 'ok')),
    ]);
    const [first] = checked;
    const report = findingsReport({ looks, detail: 'brief', data: { nodes: checked } });
    const unready = checked.filter(({ reached, lacks }) => !reached || lacks.length > 0);
    return {
      ...report,
      status,
      summary:
        unready.length === 0
          ? `${checked.length === 1 ? `${first?.node} is` : `All ${checked.length} nodes are`} reached and lack${checked.length === 1 ? 's' : ''} nothing.`
          : `${unready.length} of ${checked.length} nodes can not be looked at in full: ${unready.map(({ node, reached, lacks }) => `${node} ${reached ? `lacks ${lacks.join(', ')}` : 'is not reached'}`).join('; ')}.`,
      show: [
        {
          kind: 'table',
          title: 'Nodes',
          columns: ['node', 'reached', 'lacks', 'has'],
          rows: checked.map(({ node, reached, lacks, programs: has }) => [
            node,
            reached ? 'yes' : 'no',
            lacks.join(', '),
            has.join(' '),
          ]),
        },
      ],
    };
  },
});

/** Files and programs by what it answers, forwarding by a port that nobody has to listen on. */
async function abilities(at: NodeLook): Promise<Tools> {
  const [{ fact }] = await Promise.all([
    at.observe(programs, {}),
    at.observe(health, { url: 'http://127.0.0.1:9/', from: 'node', headers: {} }),
  ]);
  return fact;
}

/** What the fleet file relies on and the node does not have. */
function lacking(node: Node, { found, sudo }: Tools): readonly string[] {
  const wanted: readonly (readonly [lacks: string, needed: boolean, has: boolean])[] = [
    [
      'sudo without a password',
      node.become === 'sudo' || node.services.some(({ become }) => become === 'sudo'),
      sudo === 'works',
    ],
    ['systemctl', node.services.some(({ manager }) => manager === 'systemd'), found.systemctl != null],
    [
      'nvidia-smi or rocm-smi',
      typeof node.gpus === 'number' && node.gpus > 0,
      found['nvidia-smi'] != null || found['rocm-smi'] != null,
    ],
  ];
  return wanted.flatMap(([lacks, needed, has]) => (needed && !has ? [lacks] : []));
}

const refused = (notes: readonly string[]): readonly string[] =>
  [['SFTP', /refuses SFTP/] as const, ['forwarding', /refuses to forward/] as const].flatMap(([lacks, says]) =>
    notes.some((note) => says.test(note)) ? [lacks] : [],
  );
