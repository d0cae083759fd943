import { defineCheck, services, type Verdict } from '../core/check.ts';
import { durationText } from '../core/format.ts';
import { unitOf, type Service } from '../core/service.ts';
import type { ManagerAnswer } from '../core/service-manager.ts';
import { agedLogs, logNeeds } from './log-needs.ts';
import { runsOf } from './log-reading.ts';
import { readLog } from './read-log.ts';
import { secondsUp } from './last-start.ts';

/** A process that waits for its server before it polls reads as running; a line that it wrote in the starts before is missing. */
export const tmpWorker = defineCheck({
  name: 'tmp.worker',
  summary: 'A worker that runs has also said that it started',
  layer: 'worker',
  rule: 'Degraded when a worker is up for `youngSeconds` and has not logged that it started, as it did before; never critical.',
  unseen: 'Workers whose earlier starts are not in the log, and one that stops to poll later (tmp.pollers).',
  subjects: services(({ kind, manager, logs }) => kind === 'worker' && (manager !== 'none' || logs.length > 0)),
  needs: logNeeds,
  evaluate(facts, service, node): readonly Verdict[] {
    // What is down, and why, is said by service.running and service.log.
    if (!mayRun(facts.states, service)) return [];
    const { name } = service;
    const logs = agedLogs(facts, service).filter(({ log: { trouble } }) => trouble === undefined);
    const since = logs.flatMap(({ log, isOld }) => (isOld ? [] : (runsOf(log).at(-1)?.lines ?? [])));
    if (since.some(saysStarted)) {
      const identity = since.map((line) => /Worker Identity[^:]{0,60}: (\S{1,80})/.exec(line)?.[1]).findLast(Boolean);
      return [
        {
          status: 'ok',
          summary: `${name} says that its worker started${identity === undefined ? '' : ` as ${identity}`}.`,
        },
      ];
    }
    const before = logs.flatMap(({ log, isOld }) => runsOf(log).slice(0, isOld ? undefined : -1));
    const usually = before.some(({ lines }) => lines.some(saysStarted));
    const seconds = secondsUp(facts.states, service);
    if (!usually || seconds === null || seconds < node.thresholds.youngSeconds) return [];
    return [
      {
        status: 'degraded',
        summary: `${name} has run for ${durationText(seconds)} and has not said that its worker started, as it did before: it waits for something, or hangs.`,
        restartHelps: 'maybe',
        next: [
          { say: 'See what it says last: a worker waits for its server before it polls.' },
          readLog(node, service),
        ],
      },
    ];
  },
});

const saysStarted = (line: string): boolean => /\bWorker(?:\(s\))? started\b/i.test(line);

function mayRun(states: ManagerAnswer, service: Service): boolean {
  if (service.manager === 'none') return true;
  return states.reachable && states.services.some(({ unit, state }) => unit === unitOf(service) && state === 'running');
}
