import { z } from 'zod';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { statuses } from '../core/report.ts';
import { defineTool, detailInput, nodesInput } from '../core/tool.ts';
import { checksOf, comfyuiOnly, gpuOf, levelStates, levels, stateOf } from './comfyui-levels.ts';
import { findingsReport } from './findings-report.ts';
import { look, type Look } from './look.ts';

const state = z.object({ status: z.enum(statuses), says: z.string() });
const levelsOf = z.partialRecord(z.enum(levels), state);

export const comfyuiHealth = defineTool({
  name: 'comfyui_health',
  title: 'Ask how ComfyUI is',
  summary:
    'The health of ComfyUI on nodes and of each of its instances, in four levels: installation (files, packages, nodes that failed to import), runtime (process, port), functional (its API answers, on a GPU, and its queue moves) and models (there and whole). It only asks: no prompt is run. Whatever gives no answer in time is unknown, with the reason.',
  effect: 'observe',
  toolset: 'repair',
  input: z.object({
    nodes: nodesInput,
    level: z
      .enum(['all', ...levels])
      .default('all')
      .describe('Only this level'),
    withinMs: z
      .int()
      .min(100)
      .max(60_000)
      .default(900)
      .describe('How long a node may take to answer, once it is reached'),
    detail: detailInput,
  }),
  data: z.object({
    nodes: z.array(
      z.object({
        node: z.string(),
        status: z.enum(statuses),
        levels: levelsOf,
        instances: z.array(
          z.object({
            service: z.string(),
            gpu: z.int().nullable(),
            status: z.enum(statuses),
            says: z.string(),
            levels: levelsOf,
          }),
        ),
      }),
    ),
  }),
  cli: { positional: ['nodes'] },
  async run({ nodes: selectors, level, withinMs, detail }, ops) {
    const all = ops.nodes(selectors).map(comfyuiOnly);
    const having = all.filter(({ services, comfyui }) => services.length > 0 || comfyui !== undefined);
    const wanted = level === 'all' ? levels : [level];
    const checks = wanted.flatMap((each) => checksOf[each]);
    const looks = await look(having, checks, { ...ops, look: (node) => ops.look(node, { withinMs }) });
    const nodes = looks.map((each) => healthOf(each, wanted));
    const rows = nodes.flatMap(({ node, levels: whole, instances }) => [
      [node, 'all of it', ...wanted.map((each) => whole[each]?.status ?? '')],
      ...instances.map((one) => [node, one.service, ...wanted.map((each) => one.levels[each]?.status ?? '')]),
    ]);
    const show = { kind: 'table' as const, title: 'ComfyUI', columns: ['node', 'instance', ...wanted], rows };
    const report = findingsReport({ looks, detail, data: { nodes }, show: rows.length === 0 ? [] : [show] });
    if (having.length > 0) return report;
    const summary = `None of the ${count(all.length, 'node')} declares a ComfyUI.`;
    const next = [{ say: 'Declare it in the fleet file: `comfyui`, or a service of the kind comfyui.' }];
    return { ...report, status: 'unknown' as const, summary, next };
  },
});

function healthOf({ node, status, findings }: Look, wanted: Parameters<typeof levelStates>[1]) {
  return {
    node: node.name,
    status,
    levels: levelStates(findings, wanted),
    instances: instancesIn(node).map(({ service, gpu }) => {
      const own = findings.filter((finding) => finding.service === service || finding.check === 'node.reach');
      return { service, gpu, ...stateOf(own), levels: levelStates(own, wanted) };
    }),
  };
}

const instancesIn = ({ services }: Node) => services.map((service) => ({ service: service.name, gpu: gpuOf(service) }));
