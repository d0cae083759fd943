import { need, type FactsOf } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import { unitOf, type Service } from '../core/service.ts';
import { logBytes, type LogText } from '../core/service-manager.ts';
import { identity } from '../probes/identity.ts';
import { logAges } from '../probes/log-ages.ts';
import { serviceLogs } from '../probes/service-logs.ts';
import { serviceStates } from '../probes/service-states.ts';
import { lastStartMs, secondsUp } from './last-start.ts';
import { runsOf } from './log-reading.ts';
import type { LogRun } from './log-runs.ts';
import { managerOf } from './managed.ts';

/** The end of the logs of a service, and what tells whether they were written since its last start. */
export function logNeeds(service: Service, node: Node) {
  const { manager, place, units } = managerOf(service, node);
  const asked = { manager, place, unit: unitOf(service), logs: service.logs };
  return {
    logs: need(serviceLogs, { ...asked, bytes: logBytes }),
    ages: need(logAges, asked),
    states: need(serviceStates, { manager, place, units }),
    identity: need(identity, {}),
  };
}

type LogFacts = FactsOf<ReturnType<typeof logNeeds>>;

/** Each log, and whether nothing was written to it since the service was last started. */
export function agedLogs(
  { logs, ages, states, identity: { epochSeconds } }: LogFacts,
  service: Service,
): readonly { readonly log: LogText; readonly isOld: boolean }[] {
  const startedMs = lastStartMs(secondsUp(states, service), epochSeconds);
  return logs.map((log) => {
    const writtenMs = ages[log.source] ?? null;
    return { log, isOld: writtenMs !== null && startedMs !== null && writtenMs < startedMs };
  });
}

/** What the logs of a service hold of its last start, one for each that can be read and was written since. */
export const lastRuns = (facts: LogFacts, service: Service): readonly LogRun[] =>
  agedLogs(facts, service).flatMap(({ log, isOld }) =>
    isOld || log.trouble !== undefined ? [] : runsOf(log).slice(-1),
  );
