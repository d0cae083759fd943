import { stat } from '../core/command.ts';
import { opsError } from '../core/errors.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import type { ServiceState } from '../core/service-manager.ts';
import { serviceManagers } from '../services/index.ts';
import type { LogsInput } from './service-logs.ts';

/** What tells an old line of a log from a current one. */
export interface LogAges {
  /** When each log file was last written, in epoch ms of the node's clock; null where it can't be told. */
  readonly writtenMs: Readonly<Record<string, number | null>>;
  /** How long the manager says that the service runs; null where it does not run, or does not say. */
  readonly runningSeconds: number | null;
}

export const logAges = defineProbe({
  name: 'log.ages',
  summary: 'When the logs of a service were last written, and when it was last started',
  *steps(input: Omit<LogsInput, 'bytes'>): Asking<LogAges> {
    const state = yield* stateOf(input);
    const paths = [...new Set([...input.logs, ...(state?.logs ?? [])])];
    const { become } = input.place;
    const replies = paths.length === 0 ? [] : yield* askAll(paths.map((path) => stat(path, { become })));
    const written = paths.map((path, index) => {
      const reply = replies[index];
      return [path, reply?.ok === true ? reply.mtimeMs : null] as const;
    });
    return {
      writtenMs: Object.fromEntries(written),
      runningSeconds: state?.state === 'running' ? state.uptimeSeconds : null,
    };
  },
});

/** A manager that can't be asked is told where it is judged; here it only leaves the ages less certain. */
function* stateOf({ manager, place, unit }: Omit<LogsInput, 'bytes'>): Asking<ServiceState | undefined> {
  const asked = serviceManagers.find(({ name }) => name === manager);
  if (asked === undefined) return undefined;
  try {
    const answer = yield* asked.list(place, [unit]);
    return answer.reachable ? answer.services.find((state) => state.unit === unit) : undefined;
  } catch (thrown) {
    if (opsError(thrown).code !== 'OUTPUT_UNREADABLE') throw thrown;
    return undefined;
  }
}
