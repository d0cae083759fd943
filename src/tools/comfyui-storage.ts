import { z } from 'zod';
import { comfyuiData } from '../checks/comfyui-data.ts';
import { comfyuiMounts } from '../checks/comfyui-mounts.ts';
import { onNode } from '../checks/comfyui-fix.ts';
import { comfyuiRoom } from '../checks/comfyui-room.ts';
import { comfyuiSetup } from '../checks/comfyui-setup.ts';
import { comfyuiStorage as storageCheck, endsIn } from '../checks/comfyui-storage.ts';
import type { Node } from '../core/node.ts';
import { defineTool, detailInput, nodesInput, type NodeLook } from '../core/tool.ts';
import { comfyuiFolders } from '../probes/comfyui-folders.ts';
import { disk } from '../probes/disk.ts';
import { mounts } from '../probes/mounts.ts';
import { findingsReport } from './findings-report.ts';
import { look } from './look.ts';

const row = z.object({
  node: z.string(),
  judged: z.enum(['container', 'fleet file']).describe('What the folders were taken from'),
  inside: z.string().describe('Path in the container, or its setting'),
  path: z.string().describe('The same on the node'),
  says: z.string().nullable().describe('What the image would print; null where it could not be looked at'),
});
type Row = z.infer<typeof row>;

export const comfyuiStorage = defineTool({
  name: 'comfyui_storage',
  title: 'Preflight ComfyUI storage',
  summary:
    'Says before a ComfyUI container (mmartial image) starts, or of one that ended, the message its init script dies with: owner, rights, links, mounts, room, port. Gives the exact command for a person; changes nothing.',
  effect: 'observe',
  toolset: 'repair',
  input: z.object({ nodes: nodesInput, detail: detailInput }),
  data: z.object({ ends: z.array(row).describe('In the order of the image: it dies of the first') }),
  cli: { positional: ['nodes'] },
  async run({ nodes, detail }, ops) {
    const checks = [storageCheck, comfyuiMounts, comfyuiRoom, comfyuiData, comfyuiSetup];
    const looks = await look(ops.nodes(nodes), checks, ops, endsOf);
    const ends = looks.flatMap(({ also }) => also ?? []);
    const table = {
      kind: 'table' as const,
      title: 'Where the init script would end, in its order',
      columns: ['node', 'in the container', 'on the node', 'it would print'],
      rows: ends.map(({ node, inside, path, says }) => [node, inside, path, says ?? 'not known']),
    };
    const notes = looks.some(({ node }) => node.comfyui?.storage !== undefined)
      ? ['An owner is mended by a person, who knows what else uses the folder: rackhand never does it.']
      : ['No node declares `comfyui.storage` in the fleet file.'];
    return findingsReport({ looks, detail, data: { ends }, show: ends.length === 0 ? [] : [table], notes });
  },
});

async function endsOf(at: NodeLook, { name: node, comfyui, become }: Node): Promise<readonly Row[]> {
  const storage = comfyui?.storage;
  if (storage === undefined) return [];
  const [{ fact: folders }, { fact: table }, { fact: run }, { fact: base }] = await Promise.all([
    at.observe(comfyuiFolders, { storage, become }),
    at.observe(mounts, {}),
    at.observe(disk, { path: storage.run, become }),
    at.observe(disk, { path: storage.base ?? storage.run, become }),
  ]);
  const judged = folders.seen.state === 'there' ? ('container' as const) : ('fleet file' as const);
  return endsIn({ folders, mounts: table, run, base }).map(({ inside, says }) => ({
    node,
    judged,
    inside,
    path: onNode(folders, inside),
    says,
  }));
}
