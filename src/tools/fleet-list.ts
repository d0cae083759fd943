import { z } from 'zod';
import { count } from '../core/format.ts';
import { defineTool, nodesInput } from '../core/tool.ts';

export const fleetList = defineTool({
  name: 'fleet_list',
  title: 'List the fleet',
  summary: 'The nodes of the fleet file with their address, labels, expected GPUs and services. Asks no node.',
  effect: 'observe',
  input: z.object({ nodes: nodesInput }),
  data: z.object({
    path: z.string(),
    nodes: z.array(
      z.object({
        node: z.string(),
        address: z.string(),
        transport: z.string(),
        labels: z.record(z.string(), z.string()),
        gpus: z.union([z.int(), z.literal('auto')]),
        services: z.array(z.object({ service: z.string(), kind: z.string(), manager: z.string() })),
      }),
    ),
  }),
  cli: { positional: ['nodes'] },
  async run({ nodes }, ops) {
    const listed = ops.nodes(nodes).map(({ name, ssh, transport, labels, gpus, services }) => ({
      node: name,
      address:
        transport === 'local'
          ? 'this machine'
          : `${ssh.user === undefined ? '' : `${ssh.user}@`}${ssh.host}${ssh.port === undefined ? '' : `:${ssh.port}`}`,
      transport,
      labels,
      gpus,
      services: services.map(({ name: service, kind, manager }) => ({ service, kind, manager })),
    }));
    const first = listed[0];
    return {
      summary: `${ops.fleet.path} declares ${count(listed.length, 'node')} with ${count(listed.flatMap(({ services }) => services).length, 'service')}.`,
      status: 'ok',
      findings: [],
      next: first === undefined ? [] : [{ say: 'Triage a node.', tool: 'node_triage', args: { nodes: [first.node] } }],
      notes: [],
      data: { path: ops.fleet.path, nodes: listed },
      show: [
        {
          kind: 'table',
          title: 'Nodes',
          columns: ['node', 'address', 'gpus', 'labels', 'services'],
          rows: listed.map(({ node, address, gpus, labels, services }) => [
            node,
            address,
            String(gpus),
            Object.entries(labels)
              .map(([key, value]) => `${key}=${value}`)
              .join(' '),
            services.map(({ service }) => service).join(' '),
          ]),
        },
      ],
    };
  },
});
