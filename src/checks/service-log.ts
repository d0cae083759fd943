import { defineCheck, need, services, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import { unitOf, type Service } from '../core/service.ts';
import { identity } from '../probes/identity.ts';
import { logAges } from '../probes/log-ages.ts';
import { serviceLogs } from '../probes/service-logs.ts';
import { serviceStates } from '../probes/service-states.ts';
import { managerOf } from './managed.ts';
import { logReading, type LogReading } from './log-reading.ts';
import { lastStartMs, secondsUp } from './last-start.ts';
import { readLog } from './read-log.ts';
import { signaturesOf } from './signatures-of.ts';

const tailBytes = 32_768;

type Trouble = LogReading & { readonly tells: 'trouble' | 'repeats' };

/** The known reason why a service does not run, from its own words since its last start. */
export const serviceLog = defineCheck({
  name: 'service.log',
  summary: 'The logs of a service show no known failure since its last start',
  layer: 'inference',
  subjects: services(({ manager, logs }) => manager !== 'none' || logs.length > 0),
  needs(service, node) {
    const { manager, place, units } = managerOf(service, node);
    const asked = { manager, place, unit: unitOf(service), logs: service.logs };
    return {
      logs: need(serviceLogs, { ...asked, bytes: tailBytes }),
      ages: need(logAges, asked),
      states: need(serviceStates, { manager, place, units }),
      identity: need(identity, {}),
    };
  },
  evaluate({ logs, ages, states, identity: { epochSeconds } }, service, node): Verdict {
    if (logs.length === 0) {
      return { status: 'not_applicable', summary: `${service.name}: no log of it is known; declare its logs.` };
    }
    const wanted = signaturesOf(service);
    const runningSeconds = secondsUp(states, service);
    const isUp = (runningSeconds ?? 0) >= node.thresholds.youngSeconds;
    const startedMs = lastStartMs(runningSeconds, epochSeconds);
    const readings = logs.map((log) =>
      logReading(log, wanted, { isUp, isOld: isOld(ages[log.source] ?? null, startedMs) }),
    );
    const worst = readings
      .filter((reading) => reading.tells === 'trouble' || reading.tells === 'repeats')
      .toSorted((a, b) => weight(b, isUp) - weight(a, isUp))[0];
    if (worst !== undefined) return troubled(worst, isUp, service, node);
    return untroubled(readings, service, node);
  },
});

const isOld = (writtenMs: number | null, startedMs: number | null): boolean =>
  writtenMs !== null && startedMs !== null && writtenMs < startedMs;

/** A program that runs on, as its manager or its log proves, is not down by what it logged. */
const isCritical = (reading: Trouble, isUp: boolean): boolean =>
  reading.tells === 'repeats' ? reading.times > 1 : !reading.cause.wentOn && !isUp;

const weight = (reading: Trouble, isUp: boolean): number =>
  (isCritical(reading, isUp) ? 2 : 0) + (reading.cause.signature.generic === true ? 0 : 1);

function troubled(reading: Trouble, isUp: boolean, service: Service, node: Node): Verdict {
  const { signature, line, wentOn } = reading.cause;
  const { id, meaning, advice, restartHelps } = signature;
  return {
    status: isCritical(reading, isUp) ? 'critical' : 'degraded',
    summary: `${service.name}: ${meaning}${when(reading, wentOn || isUp)}; ${reading.source} says "${shortened(line)}".`,
    signature: id,
    restartHelps,
    next: [{ say: advice }, readLog(node, service)],
  };
}

function when(reading: Trouble, runs: boolean): string {
  if (reading.tells === 'repeats') {
    const before =
      reading.times === 1 ? 'the start before ended so' : `the ${reading.times} starts before all ended so`;
    return ` (${before}, and it has not come up since)`;
  }
  if (!runs) return '';
  return reading.marked ? ' (it runs on)' : ' (it runs on, and the log marks no start, so this may be old)';
}

function untroubled(readings: readonly LogReading[], service: Service, node: Node): Verdict {
  const silent = readings.flatMap((each) => (each.tells === 'nothing' ? [`${each.source}: ${each.why}`] : []));
  const good = readings.filter((each) => each.tells === 'good');
  const lines = good.reduce((sum, each) => sum + each.lines, 0);
  const since = good.every(({ marked }) => marked) ? 'since its last start' : `in the last ${tailBytes / 1024} KiB`;
  const clean = `${service.name}: no known failure in the ${count(lines, 'line')} ${since}`;
  if (silent.length === 0)
    return { status: 'ok', summary: `${clean} (${good.map(({ source }) => source).join(', ')}).` };
  const summary =
    good.length === 0
      ? `${service.name}: its log can not be read (${silent.join('; ')}).`
      : `${clean}, but not every log can be read (${silent.join('; ')}).`;
  return { status: 'unknown', summary, next: [readLog(node, service)] };
}

const shortened = (line: string): string => (line.length <= 160 ? line : `${line.slice(0, 159)}…`);
