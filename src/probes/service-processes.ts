import { defineProbe, type Asking } from '../core/probe.ts';
import type { ManagerAnswer, ServiceState } from '../core/service-manager.ts';
import { processes, treeOf, type Process } from './processes.ts';
import { serviceStates, type StatesInput } from './service-states.ts';

export interface ServiceInput extends StatesInput {
  /** The one of `units` that is meant. */
  readonly unit: string;
}

/** What a manager says of one service, and what really runs of it. */
export interface ServiceProcesses {
  /** Why the manager can't be asked; null where it answers. */
  readonly silent: Exclude<ManagerAnswer, { reachable: true }>['reason'] | null;
  /** Null where the manager is silent, or leaves it out. */
  readonly state: ServiceState | null;
  /** The process that the manager started and all below it, itself first; empty where it has none or none is told. */
  readonly tree: readonly Process[];
}

const mostProcesses = 64;

/** What its manager says of a service. */
export function* serviceState({
  manager,
  place,
  units,
  unit,
}: ServiceInput): Asking<Pick<ServiceProcesses, 'silent' | 'state'>> {
  const answer = yield* serviceStates.steps({ manager, place, units });
  if (!answer.reachable) return { silent: answer.reason, state: null };
  return { silent: null, state: answer.services.find((each) => each.unit === unit) ?? null };
}

/** The process that the manager started; it keeps the number of one that has ended for a while. */
export const rootOf = (state: ServiceState | null): number | null =>
  state?.state === 'running' || state?.state === 'starting' ? state.pid : null;

/** That process and all below it. */
export function* treeUnder(root: number | null): Asking<readonly Process[]> {
  if (root === null) return [];
  const { list } = yield* processes.steps({});
  return treeOf(list, root).slice(0, mostProcesses);
}

export const serviceProcesses = defineProbe({
  name: 'service.processes',
  summary: 'The processes that a service consists of',
  *steps(input: ServiceInput): Asking<ServiceProcesses> {
    const said = yield* serviceState(input);
    return { ...said, tree: yield* treeUnder(rootOf(said.state)) };
  },
});

/** By its arguments a supervisord, or a pm2 daemon, which renames itself so. */
export const isManagerProcess = (args: string): boolean =>
  /^PM2 v\d|^(?:\S*python\S* )?(?:\S*\/)?supervisord(?: |$)/.test(args);
