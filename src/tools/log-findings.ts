import { lastStartMs, secondsUp } from '../checks/last-start.ts';
import { logEntries, type LogEntry } from '../checks/log-entries.ts';
import type { PlacedEntry } from '../checks/log-fold.ts';
import { logRuns } from '../checks/log-runs.ts';
import { managerOf } from '../checks/managed.ts';
import { signaturesOf } from '../checks/signatures-of.ts';
import { opsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import type { NodeLook } from '../core/tool.ts';
import { identity } from '../probes/identity.ts';
import type { LogPart } from '../probes/log-part.ts';
import type { LogReach } from '../probes/log-window.ts';
import { serviceStates } from '../probes/service-states.ts';
import { createSafeLines } from './safe-lines.ts';

/** The entries of one log of a service. */
export interface FoundLog {
  readonly service: string;
  readonly reach: LogReach;
  readonly entries: readonly PlacedEntry[];
  readonly lines: number;
  /** What was asked for began before this, in epoch ms; null where it was read back far enough. */
  readonly missesSinceMs: number | null;
  /** No line carries a time. */
  readonly timeless: boolean;
}

/** What is older is history, in epoch ms of the node's clock; null where it is not known. */
export interface Since {
  readonly startMs: number | null;
  readonly bootMs: number | null;
}

/** When the service was last started, and when the node was. */
export async function currentSince(at: NodeLook, service: Service, node: Node): Promise<Since> {
  const { manager, place, units } = managerOf(service, node);
  const [who, states] = await Promise.all([
    factOf(at.observe(identity, {})),
    factOf(at.observe(serviceStates, { manager, place, units })),
  ]);
  const epoch = who?.epochSeconds ?? null;
  return {
    startMs: states === undefined ? null : lastStartMs(secondsUp(states, service), epoch),
    bootMs: lastStartMs(who?.uptimeSeconds ?? null, epoch),
  };
}

/** A fact, or undefined where the answer made no sense: then it is only not known what is history. */
const factOf = <T>(observed: Promise<{ readonly fact: T }>): Promise<T | undefined> =>
  observed.then(
    ({ fact }) => fact,
    (thrown: unknown) => {
      if (opsError(thrown).code !== 'OUTPUT_UNREADABLE') throw thrown;
      return undefined;
    },
  );

/** The lines of a log that may be shown, and of which file each is. */
export interface SafeLog {
  readonly reach: LogReach;
  readonly lines: readonly string[];
  readonly fileOf: readonly LogPart[];
}

export function safeLog(reach: LogReach, secrets: readonly string[]): SafeLog {
  const safe = createSafeLines(secrets);
  const parts = reach.parts.map((part) => ({ part, lines: safe(part.text + part.unfinished) }));
  return {
    reach,
    lines: parts.flatMap(({ lines }) => lines),
    fileOf: parts.flatMap(({ part, lines }) => lines.map(() => part)),
  };
}

/** What one log says, entry by entry; `shiftMs` as in `timeOf`. */
export function foundLog({ reach, lines, fileOf }: SafeLog, service: Service, since: Since, shiftMs: number): FoundLog {
  const last = logRuns(lines.join('\n')).at(-1);
  const started = last?.marked === true ? lines.length - last.lines.length : 0;
  const entries = logEntries(lines, signaturesOf(service), shiftMs).map((entry): PlacedEntry => {
    const file = fileOf[entry.at];
    const old = file?.rotated === true || isBefore(entry, since, started);
    return { ...entry, service: service.name, source: file?.path ?? reach.source, old };
  });
  return {
    service: service.name,
    reach,
    entries,
    lines: lines.length,
    missesSinceMs: null,
    timeless: entries.every(({ timeMs }) => timeMs === null),
  };
}

/** The time of a line is surer than the mark of a start before it, which other lines may resemble. */
function isBefore({ timeMs, at }: LogEntry, { startMs, bootMs }: Since, started: number): boolean {
  if (timeMs !== null && bootMs !== null && timeMs < bootMs) return true;
  return timeMs === null || startMs === null ? at < started : timeMs < startMs;
}
