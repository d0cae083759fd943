import { stat, type Command, type StatAsk } from '../core/command.ts';
import { ask, defineProbe, inStep, type Asking } from '../core/probe.ts';
import type { LogText } from '../core/service-manager.ts';
import { readBack } from './log-back.ts';
import { anew, nothingOf, type LogStretch } from './log-files.ts';
import { readOn } from './log-on.ts';
import { markKey, type LogMark } from './log-mark.ts';
import { logPaths, managerOf, type LogsInput } from './service-logs.ts';

interface WindowInput extends LogsInput {
  /** This one of its logs alone. */
  readonly file?: string | undefined;
  /** Older logs count too, back to `sinceMs` where it is given. */
  readonly older: boolean;
  readonly sinceMs?: number | undefined;
  /** Up to where each log was read before, by its key; `bytes` are then read from there on, not from the end. */
  readonly marks: Readonly<Record<string, LogMark | string>>;
}

/** What one log holds, and the place behind it: a mark of a file, or the cursor of whoever keeps it. */
export interface LogReach extends Omit<LogStretch, 'mark'> {
  /** Of its mark. */
  readonly key: string;
  /** When the file was last written, by the node's clock; null where there is none. */
  readonly mtimeMs: number | null;
  readonly mark: LogMark | string | null;
}

/** At least this much of each of many logs. */
const leastBytes = 4_096;

/** The logs of a service over their rotations: back from the end, or on from where they were read before. */
export const logWindow = defineProbe({
  name: 'log.window',
  summary: 'The logs of a service over their rotations, back from the end or on from a place',
  *steps(input: WindowInput): Asking<readonly LogReach[]> {
    const { file, place, unit, marks, sinceMs, older } = input;
    const isDeclared = file !== undefined && input.logs.includes(file);
    const { paths: all, unnamed } = isDeclared ? { paths: [file], unnamed: undefined } : yield* logPaths(input);
    const paths = file === undefined ? all : all.filter((path) => path === file);
    const manager = file === undefined ? managerOf(input) : undefined;
    const own = markKey(unit, input.manager);
    const after = marks[own];
    // One that names no files may keep the log itself.
    const sources = paths.length + (manager === undefined || paths.length > input.logs.length ? 0 : 1);
    const bytes = Math.max(leastBytes, Math.floor(input.bytes / Math.max(1, sources)));
    const { become } = place;
    const [files = [], kept = []] = yield* inStep<readonly LogReach[]>([
      inStep(
        paths.map((path) => {
          const key = markKey(unit, path);
          const mark = marks[key];
          const reading =
            mark === undefined || typeof mark === 'string'
              ? readBack({ path, bytes, become, older, sinceMs })
              : readOn({ path, bytes, become }, mark);
          return keyed(key, stat(path, { become, freshMs: anew }), reading);
        }),
      ),
      keptLogs(
        own,
        manager?.logs(place, unit, bytes, { sinceMs, after: typeof after === 'string' ? after : undefined }),
      ),
    ]);
    const found = [...files, ...kept];
    // Declared logs are enough to go by; that the manager is silent is told where it is judged.
    return unnamed === undefined || found.length > 0
      ? found
      : [{ ...nothingOf(input.manager), key: own, mtimeMs: null, trouble: unnamed }];
  },
});

function* keyed(key: string, facts: Command<'observe', StatAsk>, reading: Asking<LogStretch>): Asking<LogReach> {
  const stretch = yield* reading;
  const found = yield* ask(facts);
  return { ...stretch, key, mtimeMs: found.ok ? found.mtimeMs : null };
}

function* keptLogs(key: string, asking: Asking<readonly LogText[]> | undefined): Asking<readonly LogReach[]> {
  const logs = asking === undefined ? [] : yield* asking;
  return logs.map(({ source, text, skippedBytes, trouble = null, cursor = null }) => {
    const part = { path: source, rotated: false, offset: skippedBytes, unfinished: '', begun: false, binary: false };
    const parts = text === '' ? [] : [{ ...part, text }];
    return { ...nothingOf(source), key, mtimeMs: null, parts, mark: cursor, trouble, bytesRead: text.length };
  });
}
