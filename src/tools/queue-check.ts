import { z } from 'zod';
import { tmpBacklog } from '../checks/tmp-backlog.ts';
import { tmpPollers } from '../checks/tmp-pollers.ts';
import { tmpReach } from '../checks/tmp-reach.ts';
import { queueInput } from '../checks/queue-view.ts';
import { queueUsers } from '../checks/temporal-users.ts';
import { durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { defineTool, nodesInput, type NodeLook } from '../core/tool.ts';
import { identity } from '../probes/identity.ts';
import { temporalQueue } from '../probes/temporal-queue.ts';
import { findingsReport } from './findings-report.ts';
import { look } from './look.ts';

const row = z.object({
  node: z.string(),
  service: z.string(),
  queue: z.string(),
  type: z.string().describe('activity or workflow; empty where nothing is known of the queue'),
  pollers: z.array(z.string()).describe('Identity and seconds since the last poll'),
  tasks: z.int().nullable(),
  oldestSeconds: z.number().nullable(),
});
type Row = z.infer<typeof row>;

export const queueCheck = defineTool({
  name: 'queue_check',
  title: 'Check task queues',
  summary: 'Who polls the declared Temporal task queues, when they last asked, and what waits in them.',
  effect: 'observe',
  input: z.object({ nodes: nodesInput }),
  data: z.object({ queues: z.array(row) }),
  cli: { positional: ['nodes'] },
  async run({ nodes }, ops) {
    const looks = await look(ops.nodes(nodes), [tmpReach, tmpPollers, tmpBacklog], ops, rowsOf);
    const queues = looks.flatMap(({ also }) => also ?? []);
    const table = {
      kind: 'table' as const,
      title: 'Task queues',
      columns: ['node', 'service', 'queue', 'type', 'pollers', 'waiting', 'oldest'],
      rows: queues.map(shown),
    };
    return findingsReport({ looks, detail: 'full', data: { queues }, show: queues.length === 0 ? [] : [table] });
  },
});

/** Both halves of every declared queue; a queue of which nothing is known is one row without figures. */
async function rowsOf(at: NodeLook, node: Node): Promise<readonly Row[]> {
  const rows = queueUsers(node).map(async ({ value: service }): Promise<readonly Row[]> => {
    const names = { node: node.name, service: service.name, queue: service.queue };
    const [{ fact: view }, { fact }] = await Promise.all([
      at.observe(temporalQueue, queueInput(service)),
      at.observe(identity, {}),
    ]);
    if (!view.known) return [{ ...names, type: '', pollers: [], tasks: null, oldestSeconds: null }];
    const now = view.at ?? fact.epochSeconds;
    return (['activity', 'workflow'] as const).map((type) => {
      const backlog = view.backlog[type];
      const pollers = view.pollers
        .filter((each) => each.type === type)
        .map(({ identity: name, lastAccess }) =>
          lastAccess === null || now === null ? name : `${name} ${Math.max(0, Math.round(now - lastAccess))} s ago`,
        );
      return { ...names, type, pollers, tasks: backlog?.tasks ?? null, oldestSeconds: backlog?.ageSeconds ?? null };
    });
  });
  return (await Promise.all(rows)).flat();
}

const shown = ({ node, service, queue, type, pollers, tasks, oldestSeconds }: Row): readonly string[] => [
  node,
  service,
  queue,
  type,
  type === '' ? 'not known' : pollers.join(', '),
  tasks === null ? '-' : String(tasks),
  tasks === 0 || oldestSeconds === null ? '' : durationText(oldestSeconds),
];
