import { tail, type FileTrouble, type ReadFound } from '../core/command.ts';
import { opsError } from '../core/errors.ts';
import { askAll, defineProbe, type Asking, inStep } from '../core/probe.ts';
import { fileText } from '../core/reply.ts';
import type { ManagerName } from '../core/service.ts';
import type { LogText, ManagerPlace, ServiceManager } from '../core/service-manager.ts';
import { serviceManagers } from '../services/index.ts';

export interface LogsInput {
  readonly manager: ManagerName;
  readonly place: ManagerPlace;
  readonly unit: string;
  /** Declared log files. */
  readonly logs: readonly string[];
  /** From the end of each. */
  readonly bytes: number;
}

/** The declared logs of a service, then those that its manager writes. A log that can't be read says why. */
export const serviceLogs = defineProbe({
  name: 'service.logs',
  summary: 'The end of the logs of a service',
  *steps(input: LogsInput): Asking<readonly LogText[]> {
    const manager = serviceManagers.find(({ name }) => name === input.manager);
    const found = yield* inStep([tails(input.logs, input), manager === undefined ? nothing() : others(manager, input)]);
    return found.flat();
  },
});

const nothing = () => inStep<LogText>([]);

function* tails(paths: readonly string[], { bytes, place: { become } }: LogsInput): Asking<readonly LogText[]> {
  if (paths.length === 0) return [];
  const replies = yield* askAll(paths.map((path) => tail(path, { bytes, become })));
  return paths.flatMap((path, index) => {
    const reply = replies[index];
    return reply === undefined ? [] : [logText(path, reply)];
  });
}

function logText(source: string, reply: ReadFound | FileTrouble): LogText {
  if (reply.ok) return { source, text: fileText(reply, source), skippedBytes: reply.offset };
  const said = reply.message === reply.errno ? reply.errno : `${reply.message} (${reply.errno})`;
  return { source, text: '', skippedBytes: 0, trouble: reply.errno === 'EISDIR' ? 'it is a directory' : said };
}

/** Files that the manager names and the fleet file does not, and what it keeps itself. */
function* others(manager: ServiceManager, input: LogsInput): Asking<readonly LogText[]> {
  const files = yield* filesOf(manager, input);
  // Declared logs are enough to go by; that the manager is silent is told where it is judged.
  const known = typeof files === 'string' ? [] : files.filter((path) => !input.logs.includes(path));
  const rest = yield* inStep([tails(known, input), manager.logs(input.place, input.unit, input.bytes)]);
  const found = rest.flat();
  if (typeof files !== 'string' || input.logs.length > 0 || found.length > 0) return found;
  return [{ source: manager.name, text: '', skippedBytes: 0, trouble: files }];
}

/** Paths, or why the manager names none. */
function* filesOf(manager: ServiceManager, { place, unit }: LogsInput): Asking<readonly string[] | string> {
  try {
    const answer = yield* manager.list(place, [unit]);
    if (!answer.reachable) return answer.say;
    return answer.services.find((state) => state.unit === unit)?.logs ?? [];
  } catch (thrown) {
    const { code, message } = opsError(thrown);
    if (code !== 'OUTPUT_UNREADABLE') throw thrown;
    return message;
  }
}
