import { z } from 'zod';
import { ownedHolders, type OwnedHolder } from '../checks/gpu-owners.ts';
import { managersOf } from '../checks/managed.ts';
import { bytesText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Table } from '../core/report.ts';
import type { NodeLook } from '../core/tool.ts';
import { gpuHolders } from '../probes/gpu-holders.ts';
import { processes } from '../probes/processes.ts';
import { serviceStates } from '../probes/service-states.ts';

export const gpuProcessRow = z.object({
  node: z.string(),
  gpu: z.int(),
  pid: z.int(),
  process: z.string().nullable(),
  usedBytes: z.number().nullable(),
  service: z.string().nullable(),
  container: z.string().nullable(),
});
export type GpuProcessRow = z.infer<typeof gpuProcessRow>;

/** Who holds GPU memory on a node. Where one of the questions has no answer the checks say so, and this knows less. */
export async function gpuProcesses(at: NodeLook, node: Node): Promise<readonly GpuProcessRow[]> {
  const [holders, list, states] = await Promise.all([
    at.observe(gpuHolders, { become: node.become }).then(
      ({ fact }) => fact,
      () => [],
    ),
    at.observe(processes, {}).then(
      ({ fact }) => fact.list,
      () => [],
    ),
    Promise.all(
      managersOf(node).map(({ id, manager, place, units }) =>
        at.observe(serviceStates, { manager, place, units }).then(
          ({ fact }) => [[`states of ${id}`, fact] as const],
          () => [],
        ),
      ),
    ),
  ]);
  return ownedHolders(holders, list, Object.fromEntries(states.flat()), node).map((holder) => row(holder, node));
}

const row = ({ gpu, pid, name, usedBytes, container, owner }: OwnedHolder, node: Node): GpuProcessRow => ({
  node: node.name,
  gpu,
  pid,
  process: name,
  usedBytes,
  service: owner.kind === 'service' ? owner.name : null,
  container,
});

export const gpuProcessTable = (rows: readonly GpuProcessRow[]): Table => ({
  kind: 'table',
  title: 'Processes',
  columns: ['node', 'gpu', 'pid', 'process', 'memory', 'belongs to'],
  rows: rows.map(({ node, gpu, pid, process, usedBytes, service, container }) => [
    node,
    String(gpu),
    String(pid),
    process ?? '-',
    usedBytes === null ? '-' : bytesText(usedBytes),
    service ?? (container === null ? '-' : `container ${container}`),
  ]),
});
