import type { z } from 'zod';
import type { App } from './app.ts';
import { OpsError } from './core/errors.ts';
import { worst, type Report, type Status } from './core/report.ts';
import type { Answer, Asked, Route } from './http/route.ts';
import { comfyuiHealth } from './tools/comfyui-health.ts';
import type { Level } from './tools/comfyui-levels.ts';

/** So that an answer comes within a second also where a node, or one of its instances, gives none. */
const withinMs = 700;

/** The health of ComfyUI for those who ask by HTTP: an orchestrator, a load balancer, a worker that waits for it. */
export function comfyuiRoutes(app: () => Promise<App>, signal: AbortSignal): readonly Route[] {
  async function ask({ query }: Asked, level: Level | 'all'): Promise<Health> {
    const input = { nodes: query.getAll('node'), level, withinMs };
    const report = await (await app()).call(comfyuiHealth, input, { signal, onProgress: () => undefined });
    return { report, nodes: comfyuiHealth.data.parse(report.data).nodes };
  }
  const of = (level: Level) => async (asked: Asked) => whole(await ask(asked, level));
  return [
    {
      path: '/health/comfyui',
      summary: 'Every level of every instance',
      answer: async (asked) => whole(await ask(asked, 'all')),
    },
    {
      path: '/health/comfyui/installation',
      summary: 'Whether it is installed as it should be',
      answer: of('installation'),
    },
    { path: '/health/comfyui/models', summary: 'Whether its models are there and whole', answer: of('models') },
    {
      path: '/health/comfyui/instances',
      summary: 'Each instance',
      answer: async (asked) => instances(await ask(asked, 'all')),
    },
    {
      path: '/health/comfyui/instances/:gpu',
      summary: 'The instance of one GPU, by its index',
      answer: async (asked) => instances(await ask(asked, 'all'), asked.params['gpu']),
    },
  ];
}

interface Health {
  readonly report: Report;
  readonly nodes: z.infer<typeof comfyuiHealth.data>['nodes'];
}

/** A load balancer reads the status alone: what is degraded still works, and what is not known is not well. */
const statusOf = (status: Status): number => (status === 'critical' || status === 'unknown' ? 503 : 200);

const whole = ({ report: { status, summary, notes }, nodes }: Health): Answer => ({
  status: statusOf(status),
  body: { status, summary, nodes, notes },
});

/** Errors: `UNKNOWN_SERVICE` for a GPU that has none. */
function instances({ report: { notes }, nodes }: Health, gpu?: string): Answer {
  const found = nodes.flatMap(({ node, instances: all }) =>
    all.filter((one) => gpu === undefined || String(one.gpu) === gpu).map((one) => ({ node, ...one })),
  );
  if (gpu !== undefined && found.length === 0)
    throw new OpsError('UNKNOWN_SERVICE', `No ComfyUI instance is declared for GPU ${gpu}.`);
  const status = found.length === 0 ? 'unknown' : worst(found.map((one) => one.status));
  return { status: statusOf(status), body: { status, instances: found, notes } };
}
