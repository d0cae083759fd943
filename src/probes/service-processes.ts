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

export const serviceProcesses = defineProbe({
  name: 'service.processes',
  summary: 'The processes that a service consists of',
  *steps({ manager, place, units, unit }: ServiceInput): Asking<ServiceProcesses> {
    const answer = yield* serviceStates.steps({ manager, place, units });
    if (!answer.reachable) return { silent: answer.reason, state: null, tree: [] };
    const state = answer.services.find((each) => each.unit === unit) ?? null;
    // A manager keeps the number of a process that has ended for a while.
    if (state === null || state.pid === null || (state.state !== 'running' && state.state !== 'starting')) {
      return { silent: null, state, tree: [] };
    }
    const { list } = yield* processes.steps({});
    return { silent: null, state, tree: treeOf(list, state.pid).slice(0, mostProcesses) };
  },
});

/** By its arguments a supervisord, or a pm2 daemon, which renames itself so. */
export const isManagerProcess = (args: string): boolean =>
  /^PM2 v\d|^(?:\S*python\S* )?(?:\S*\/)?supervisord(?: |$)/.test(args);
