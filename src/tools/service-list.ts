import { z } from 'zod';
import { managersOf } from '../checks/managed.ts';
import { count, durationText } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { unitOf } from '../core/service.ts';
import { serviceStates as stateWords, type ManagerAnswer } from '../core/service-manager.ts';
import type { Status } from '../core/report.ts';
import { defineTool, nodesInput, type Ops } from '../core/tool.ts';
import { serviceStates } from '../probes/service-states.ts';
import { opsError } from '../core/errors.ts';

const row = z.object({
  node: z.string(),
  service: z.string().nullable().describe('Its name in the fleet file; null for one that is not declared'),
  manager: z.string(),
  unit: z.string(),
  state: z.enum(stateWords),
  said: z.string(),
  pid: z.int().nullable(),
  uptimeSeconds: z.number().nullable(),
  restarts: z.int().nullable(),
});
type Row = z.infer<typeof row>;

export const serviceList = defineTool({
  name: 'service_list',
  title: 'List services',
  summary:
    'Every service that supervisor, pm2, systemd and compose know, with its state in their own words, uptime and restarts. Starts none of them by looking.',
  effect: 'observe',
  input: z.object({ nodes: nodesInput }),
  data: z.object({
    services: z.array(row),
    unreachable: z.array(z.object({ node: z.string(), manager: z.string(), reason: z.string() })),
  }),
  cli: { positional: ['nodes'] },
  async run({ nodes }, ops) {
    const wanted = ops.nodes(nodes);
    const answers = (await Promise.all(wanted.map((node) => answersOf(node, ops)))).flat();
    const services = answers.flatMap(rowsOf);
    const unreachable = answers.flatMap(({ node, manager, answer }) =>
      answer.reachable ? [] : [{ node: node.name, manager, reason: answer.say }],
    );
    const endsWell = wanted.flatMap((node) =>
      node.services.flatMap(({ name, oneshot }) => (oneshot ? [`${node.name} ${name}`] : [])),
    );
    const down = services.filter(
      ({ node, service, state }) =>
        service !== null && state !== 'running' && !(state === 'finished' && endsWell.includes(`${node} ${service}`)),
    );
    const status: Status = unreachable.length > 0 ? 'unknown' : down.length > 0 ? 'degraded' : 'ok';
    const [first] = wanted;
    return {
      summary: `${count(services.length, 'service')} on ${count(wanted.length, 'node')}${down.length === 0 ? '' : `; not running: ${down.map(({ service }) => service).join(', ')}`}${unreachable.length === 0 ? '' : `; ${count(unreachable.length, 'manager')} did not answer`}.`,
      status,
      findings: [],
      next:
        status === 'ok' || first === undefined
          ? []
          : [
              {
                say: 'Find out why.',
                tool: 'node_triage',
                args: { nodes: wanted.length === 1 ? [first.name] : nodes },
              },
            ],
      notes: unreachable.map(({ node, manager, reason }) => `${node}: ${manager}: ${reason}`),
      data: { services, unreachable },
      show: [
        {
          kind: 'table',
          title: 'Services',
          columns: ['node', 'service', 'manager', 'state', 'uptime', 'restarts', 'it says'],
          rows: services.map(({ node, service, manager, unit, state, uptimeSeconds, restarts, said }) => [
            node,
            service ?? `(${unit})`,
            manager,
            state,
            uptimeSeconds === null ? '' : durationText(uptimeSeconds),
            restarts === null ? '' : String(restarts),
            said,
          ]),
        },
      ],
    };
  },
});

interface Answered {
  readonly node: Node;
  readonly manager: string;
  readonly answer: ManagerAnswer;
}

/** One question for each manager of a node: services under the same one share it. */
async function answersOf(node: Node, ops: Ops): Promise<readonly Answered[]> {
  return Promise.all(
    managersOf(node).map(async ({ manager, place, units }): Promise<Answered> => {
      try {
        const at = await ops.look(node);
        const { fact } = await at.observe(serviceStates, { manager, place, units });
        return { node, manager, answer: fact };
      } catch (thrown) {
        const { kind, message } = opsError(thrown);
        if (kind.blame !== 'node') throw thrown;
        return { node, manager, answer: { reachable: false, reason: 'absent', say: message } };
      }
    }),
  );
}

function rowsOf({ node, manager, answer }: Answered): readonly Row[] {
  if (!answer.reachable) return [];
  return answer.services.map(({ unit, state, said, pid, uptimeSeconds, restarts }) => ({
    node: node.name,
    service: node.services.find((declared) => declared.manager === manager && unitOf(declared) === unit)?.name ?? null,
    manager,
    unit,
    state,
    said,
    pid,
    uptimeSeconds,
    restarts,
  }));
}
