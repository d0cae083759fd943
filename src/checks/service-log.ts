import { defineCheck, services, type Verdict } from '../core/check.ts';
import { count } from '../core/format.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import { logBytes } from '../core/service-manager.ts';
import { writtenAt } from './log-dates.ts';
import { agedLogs, logNeeds } from './log-needs.ts';
import { logReading, type LogReading } from './log-reading.ts';
import { readLog } from './read-log.ts';
import { secondsUp } from './last-start.ts';
import { signaturesOf } from './signatures-of.ts';

type Trouble = LogReading & { readonly tells: 'trouble' | 'repeats' };

/** The known reason why a service does not run, from its own words since its last start. */
export const serviceLog = defineCheck({
  name: 'service.log',
  summary: 'The logs of a service show no known failure since its last start',
  layer: 'inference',
  rule: 'Critical when a known failure stands in the log since the last start and the service is not up for `youngSeconds`, or when earlier starts all ended so; degraded when it runs on; unknown when a log can not be read.',
  unseen:
    'Failures that no signature knows, logs that neither manager nor fleet file names, and what lies before the end that is read.',
  subjects: services(({ manager, logs }) => manager !== 'none' || logs.length > 0),
  needs: logNeeds,
  evaluate(facts, service, node): Verdict {
    if (facts.logs.length === 0) {
      return { status: 'not_applicable', summary: `${service.name}: no log of it is known; declare its logs.` };
    }
    const wanted = signaturesOf(service);
    const isUp = (secondsUp(facts.states, service) ?? 0) >= node.thresholds.youngSeconds;
    const readings = agedLogs(facts, service).map(({ log, isOld }) => logReading(log, wanted, { isUp, isOld }));
    const worst = readings
      .filter((reading) => reading.tells === 'trouble' || reading.tells === 'repeats')
      .toSorted((a, b) => weight(b, isUp) - weight(a, isUp))[0];
    if (worst !== undefined) {
      const text = facts.logs.find(({ source }) => source === worst.source)?.text ?? '';
      return troubled(worst, text, isUp, service, node);
    }
    return untroubled(readings, service, node);
  },
});

/** A program that runs on, as its manager or its log proves, is not down by what it logged. */
const isCritical = (reading: Trouble, isUp: boolean): boolean =>
  reading.tells === 'repeats' ? reading.times > 1 : !reading.cause.wentOn && !isUp;

const weight = (reading: Trouble, isUp: boolean): number =>
  (isCritical(reading, isUp) ? 2 : 0) + (reading.cause.signature.generic === true ? 0 : 1);

function troubled(reading: Trouble, text: string, isUp: boolean, service: Service, node: Node): Verdict {
  const { signature, line, times, last, wentOn } = reading.cause;
  const seen = [times > 1 ? `${times} times` : '', dated(writtenAt(text, last), times)].filter(Boolean).join(', ');
  const { id, meaning, advice, restartHelps } = signature;
  return {
    status: isCritical(reading, isUp) ? 'critical' : 'degraded',
    summary: `${service.name}: ${meaning}${when(reading, wentOn || isUp)}; ${reading.source} says "${shortened(line.trim())}"${seen === '' ? '' : ` (${seen})`}.`,
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
  const since = good.every(({ marked }) => marked) ? 'since its last start' : `in the last ${logBytes / 1024} KiB`;
  const clean = `${service.name}: no known failure in the ${count(lines, 'line')} ${since}`;
  if (silent.length === 0)
    return { status: 'ok', summary: `${clean} (${good.map(({ source }) => source).join(', ')}).` };
  const summary =
    good.length === 0
      ? `${service.name}: its log can not be read (${silent.join('; ')}).`
      : `${clean}, but not every log can be read (${silent.join('; ')}).`;
  return { status: 'unknown', summary, next: [readLog(node, service)] };
}

const dated = (at: string | undefined, times: number): string =>
  at === undefined ? '' : `${times > 1 ? 'last ' : ''}at ${at}`;

const shortened = (line: string): string => (line.length <= 160 ? line : `${line.slice(0, 159)}…`);
