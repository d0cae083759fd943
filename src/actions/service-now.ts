import { z } from 'zod';
import type { Asking } from '../core/probe.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import { serviceStates as words, type ServiceState } from '../core/service-manager.ts';
import { serviceInput } from '../checks/managed.ts';
import { processes, treeOf } from '../probes/processes.ts';
import { processStarts, type Started } from '../probes/process-starts.ts';
import { serviceStates } from '../probes/service-states.ts';

/** What a manager says of a service at this moment, and the processes behind it. */
export interface ServiceNow {
  /** Why the manager can't be asked. */
  readonly silent?: string;
  readonly state: ServiceState | null;
  /** All that the manager knows. */
  readonly known: readonly ServiceState[];
  readonly bootId: string | null;
  /** What the manager itself started and watches. */
  readonly processes: readonly Started[];
}

export function* serviceNow(service: Service, node: Node): Asking<ServiceNow> {
  const input = serviceInput(service, node);
  const answer = yield* serviceStates.steps(input);
  if (!answer.reachable) return { silent: answer.say, state: null, known: [], bootId: null, processes: [] };
  const state = answer.services.find(({ unit }) => unit === input.unit) ?? null;
  const found = yield* processStarts.steps({ pids: pidsOf(state), become: service.become });
  return { state, known: answer.services, ...found };
}

const pidsOf = (state: ServiceState | null): readonly number[] =>
  state === null ? [] : (state.pids ?? (state.pid === null ? [] : [state.pid]));

/** These processes and all that they started. */
export function* allOf({ become }: Service, { processes: roots }: ServiceNow): Asking<readonly Started[]> {
  if (roots.length === 0) return [];
  const { list } = yield* processes.steps({});
  const pids = roots.flatMap(({ pid }) => treeOf(list, pid).map((each) => each.pid));
  return (yield* processStarts.steps({ pids: [...new Set(pids)], become })).processes;
}

const startedSchema = z.object({ pid: z.int(), start: z.int().nullable() });

/** A service before it was changed: what tells later whether that was carried out. */
export const beforeSchema = z.object({
  bootId: z.string().nullable(),
  state: z.enum(words),
  said: z.string(),
  restarts: z.number().nullable(),
  processes: z.array(startedSchema),
});
export type Before = z.infer<typeof beforeSchema>;
