import { lastStartMs, secondsUp } from '../checks/last-start.ts';
import { logEntries } from '../checks/log-entries.ts';
import type { PlacedEntry } from '../checks/log-fold.ts';
import { logRuns } from '../checks/log-runs.ts';
import { managerOf } from '../checks/managed.ts';
import { signaturesOf } from '../checks/signatures-of.ts';
import { opsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import type { Service } from '../core/service.ts';
import type { NodeLook } from '../core/tool.ts';
import { identity } from '../probes/identity.ts';
import type { LogReach } from '../probes/log-window.ts';
import { serviceStates } from '../probes/service-states.ts';
import { createSafeLines } from './safe-lines.ts';

/** The entries of one log of a service. */
export interface FoundLog {
  readonly service: string;
  readonly reach: LogReach;
  readonly entries: readonly PlacedEntry[];
  readonly lines: number;
  /** No line carries a time. */
  readonly timeless: boolean;
}

/** When the service was last started or the node last booted, in epoch ms; null where neither is known. */
export async function currentSince(at: NodeLook, service: Service, node: Node): Promise<number | null> {
  const { manager, place, units } = managerOf(service, node);
  const [who, states] = await Promise.all([
    factOf(at.observe(identity, {})),
    factOf(at.observe(serviceStates, { manager, place, units })),
  ]);
  const epoch = who?.epochSeconds ?? null;
  if (who === undefined || epoch === null) return null;
  const bootMs = lastStartMs(who.uptimeSeconds, epoch) ?? 0;
  return Math.max(bootMs, (states && lastStartMs(secondsUp(states, service), epoch)) ?? 0);
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

/** What one log says, entry by entry; `sinceMs` is where history ends. */
export function foundLog(
  reach: LogReach,
  service: Service,
  sinceMs: number | null,
  secrets: readonly string[],
): FoundLog {
  const safe = createSafeLines(secrets);
  const parts = reach.parts.map(({ text, unfinished, rotated, path }) => {
    const lines = safe(text + unfinished);
    return { path, rotated, lines };
  });
  const lines = parts.flatMap((part) => part.lines);
  const fileOf = parts.flatMap((part) => part.lines.map(() => part));
  const last = logRuns(lines.join('\n')).at(-1);
  const started = last?.marked === true ? lines.length - last.lines.length : 0;
  const entries = logEntries(lines, signaturesOf(service)).map((entry): PlacedEntry => {
    const isBefore = entry.timeMs === null || sinceMs === null ? entry.at < started : entry.timeMs < sinceMs;
    const file = fileOf[entry.at];
    return {
      ...entry,
      service: service.name,
      source: file?.path ?? reach.source,
      old: isBefore || file?.rotated === true,
    };
  });
  return {
    service: service.name,
    reach,
    entries,
    lines: lines.length,
    timeless: entries.every(({ timeMs }) => timeMs === null),
  };
}
