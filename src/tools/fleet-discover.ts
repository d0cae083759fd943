import { z } from 'zod';
import { count } from '../core/format.ts';
import { defineTool, nodeInput } from '../core/tool.ts';
import { discovery } from '../probes/discovery.ts';
import { gpuDevices } from '../probes/gpu-devices.ts';
import { oneNode } from './declared.ts';
import { fleetEntry } from './fleet-entry.ts';

export const fleetDiscover = defineTool({
  name: 'fleet_discover',
  title: 'Discover what runs on a node',
  summary:
    'Lists what runs on a declared node (managers and services, ports, GPUs, models) as a commented fleet file entry to start from.',
  effect: 'observe',
  toolset: 'repair',
  input: z.object({ node: nodeInput }),
  data: z.object({ entry: z.string() }),
  cli: { positional: ['node'] },
  async run({ node: name }, ops) {
    const node = oneNode(ops, name);
    const { become } = node;
    const at = await ops.look(node);
    const [{ fact: found }, { fact: gpus }] = await Promise.all([
      at.observe(discovery, { become }),
      at.observe(gpuDevices, { become }),
    ]);
    const entry = fleetEntry({ node: node.name, discovery: found, gpus });
    const { services, silent } = found;
    return {
      summary: `${node.name} runs ${count(services.length, 'service')}${services.length === 0 ? '' : `: ${services.map(({ unit }) => unit).join(', ')}`}${silent.length === 0 ? '' : `; ${silent.map(({ manager }) => manager).join(' and ')} could not be asked`}.`,
      status: silent.length === 0 ? 'ok' : 'unknown',
      findings: [],
      next: [
        {
          say: 'Check every line, put it under `nodes:` of the fleet file, then prove it.',
          tool: 'fleet_check',
          args: { nodes: [node.name] },
        },
      ],
      notes: at.notes(),
      data: { entry },
      show: [{ kind: 'remote', title: `Entry for the fleet file`, lines: entry.split('\n') }],
    };
  },
});
