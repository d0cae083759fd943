import { z } from 'zod';
import { checks } from '../checks/index.ts';
import { bytesText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { defineTool, detailInput, nodesInput } from '../core/tool.ts';
import { gpuDevices, type GpuDevices } from '../probes/gpu-devices.ts';
import { findingsReport } from './findings-report.ts';
import { gpuProcesses, gpuProcessRow, gpuProcessTable } from './gpu-processes.ts';
import { look } from './look.ts';

const gpuChecks = checks.filter(({ name }) => /^(?:gpu|amd)\./.test(name));

const row = z.object({
  node: z.string(),
  gpu: z.int(),
  name: z.string().nullable(),
  usedBytes: z.number().nullable(),
  totalBytes: z.number().nullable(),
  utilizationPercent: z.number().nullable(),
  celsius: z.number().nullable(),
  watts: z.number().nullable(),
  processes: z.int(),
});
type Row = z.infer<typeof row>;

export const gpuStatus = defineTool({
  name: 'gpu_status',
  title: 'GPU status',
  summary:
    'The GPUs as nvidia-smi reports them, once: memory, load, temperature, power, the processes that hold them with their services, and what is wrong with them.',
  effect: 'observe',
  input: z.object({ nodes: nodesInput, detail: detailInput }),
  data: z.object({ gpus: z.array(row), processes: z.array(gpuProcessRow) }),
  cli: { positional: ['nodes'] },
  async run({ nodes, detail }, ops) {
    const looks = await look(ops.nodes(nodes), gpuChecks, ops, async (at, node) => {
      // Where nvidia-smi does not answer, the checks say so.
      const devices = at.observe(gpuDevices, { become: node.become }).catch(() => undefined);
      const [answer, held] = await Promise.all([devices, gpuProcesses(at, node)]);
      return { devices: answer?.fact, held };
    });
    const gpus = looks.flatMap(({ node, also }) => rowsOf(node, also?.devices));
    const processes = looks.flatMap(({ also }) => also?.held ?? []);
    const table = {
      kind: 'table' as const,
      title: 'GPUs',
      columns: ['node', 'gpu', 'name', 'memory', 'load', 'temp', 'power', 'processes'],
      rows: gpus.map(shown),
    };
    const show = [...(gpus.length > 0 ? [table] : []), ...(processes.length > 0 ? [gpuProcessTable(processes)] : [])];
    return findingsReport({ looks, detail, data: { gpus, processes: [...processes] }, show });
  },
});

function rowsOf(node: Node, devices: GpuDevices | undefined): readonly Row[] {
  if (devices?.state !== 'answered') return [];
  return devices.gpus.map((gpu) => ({
    node: node.name,
    gpu: gpu.index,
    name: gpu.name,
    usedBytes: gpu.memory?.usedBytes ?? null,
    totalBytes: gpu.memory?.totalBytes ?? null,
    utilizationPercent: gpu.utilizationPercent,
    celsius: gpu.temperature.celsius,
    watts: gpu.powerWatts,
    processes: gpu.processes.length,
  }));
}

const known = (value: number | null, unit: string): string => (value === null ? '-' : `${Math.round(value)} ${unit}`);

const shown = ({
  node,
  gpu,
  name,
  usedBytes,
  totalBytes,
  utilizationPercent,
  celsius,
  watts,
  processes,
}: Row): readonly string[] => [
  node,
  String(gpu),
  name ?? '-',
  usedBytes === null || totalBytes === null ? '-' : `${bytesText(usedBytes)} of ${bytesText(totalBytes)}`,
  known(utilizationPercent, '%'),
  known(celsius, '°C'),
  known(watts, 'W'),
  String(processes),
];
