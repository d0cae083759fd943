import { tail, type FileTrouble, type ReadFound } from '../core/command.ts';
import { opsError } from '../core/errors.ts';
import { askAll, defineProbe, type Asking, inStep, recent } from '../core/probe.ts';
import { fileText } from '../core/reply.ts';
import type { ManagerName } from '../core/service.ts';
import type { LogText, ManagerPlace, ServiceManager } from '../core/service-manager.ts';
import { serviceManagers } from '../services/index.ts';

/** Where a manager writes the logs of a service changes seldom. */
const pathsFreshMs = 30_000;

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
    const { paths, unnamed } = yield* logPaths(input);
    const own = managerOf(input)?.logs(input.place, input.unit, input.bytes) ?? inStep<LogText>([]);
    const [files = [], kept = []] = yield* inStep([tails(paths, input), own]);
    const found = [...files, ...kept];
    // Declared logs are enough to go by; that the manager is silent is told where it is judged.
    if (unnamed === undefined || found.length > 0) return found;
    return [{ source: input.manager, text: '', skippedBytes: 0, trouble: unnamed }];
  },
});

export const managerOf = (input: Pick<LogsInput, 'manager'>): ServiceManager | undefined =>
  serviceManagers.find(({ name }) => name === input.manager);

function* tails(paths: readonly string[], { bytes, place: { become } }: LogsInput): Asking<readonly LogText[]> {
  if (paths.length === 0) return [];
  const replies = yield* askAll(paths.map((path) => tail(path, { bytes, become })));
  return paths.flatMap((path, index) => {
    const reply = replies[index];
    return reply === undefined ? [] : [logText(path, reply)];
  });
}

/** The end of a log that has not grown is the same bytes as in the last look: what was made of its text holds on. */
const texts = new WeakMap<Uint8Array, LogText>();

function logText(source: string, reply: ReadFound | FileTrouble): LogText {
  if (reply.ok) {
    const before = texts.get(reply.bytes);
    if (before?.source === source && before.skippedBytes === reply.offset) return before;
    const read = { source, text: fileText(reply, source), skippedBytes: reply.offset };
    texts.set(reply.bytes, read);
    return read;
  }
  const said = reply.message === reply.errno ? reply.errno : `${reply.message} (${reply.errno})`;
  return { source, text: '', skippedBytes: 0, trouble: reply.errno === 'EISDIR' ? 'it is a directory' : said };
}

/** The declared logs and those that the manager names, each once; or why it names none. */
export function* logPaths(
  input: Omit<LogsInput, 'bytes'>,
): Asking<{ readonly paths: readonly string[]; readonly unnamed?: string }> {
  const { logs, place, unit } = input;
  const manager = managerOf(input);
  if (manager === undefined) return { paths: logs };
  try {
    const answer = yield* recent(manager.list(place, [unit]), pathsFreshMs);
    if (!answer.reachable) return { paths: logs, unnamed: answer.say };
    const named = answer.services.find((state) => state.unit === unit)?.logs ?? [];
    return { paths: [...new Set([...logs, ...named])] };
  } catch (thrown) {
    const { code, message } = opsError(thrown);
    if (code !== 'OUTPUT_UNREADABLE') throw thrown;
    return { paths: logs, unnamed: message };
  }
}
