import { defineProbe, inStep, type Asking } from '../core/probe.ts';
import type { LogText } from '../core/service-manager.ts';
import { readBack } from './log-back.ts';
import { nothingOf, type LogStretch } from './log-files.ts';
import { readOn } from './log-on.ts';
import type { LogMark } from './log-mark.ts';
import { logPaths, managerOf, type LogsInput } from './service-logs.ts';

interface WindowInput extends LogsInput {
  /** One of the declared logs alone. */
  readonly file?: string | undefined;
  /** Older logs count too, back to `sinceMs` where it is given. */
  readonly older: boolean;
  readonly sinceMs?: number | undefined;
  /** Up to where each log was read before; `bytes` are then read from there on, not from the end. */
  readonly marks: Readonly<Record<string, LogMark | string>>;
}

/** What one log holds, and the place behind it: a mark of a file, or the cursor of whoever keeps it. */
export interface LogReach extends Omit<LogStretch, 'mark'> {
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
    const { paths, unnamed } = file === undefined ? yield* logPaths(input) : { paths: [file], unnamed: undefined };
    const manager = file === undefined ? managerOf(input) : undefined;
    const after = Object.values(marks).find((mark) => typeof mark === 'string');
    // One that names no files may keep the log itself.
    const sources = paths.length + (manager === undefined || paths.length > input.logs.length ? 0 : 1);
    const bytes = Math.max(leastBytes, Math.floor(input.bytes / Math.max(1, sources)));
    const { become } = place;
    const [files = [], kept = []] = yield* inStep<readonly LogReach[]>([
      inStep(
        paths.map((path) => {
          const mark = marks[path];
          return mark === undefined || typeof mark === 'string'
            ? readBack({ path, bytes, become, older, sinceMs })
            : readOn({ path, bytes, become }, mark);
        }),
      ),
      keptLogs(manager?.logs(place, unit, bytes, { sinceMs, after })),
    ]);
    const found = [...files, ...kept];
    // Declared logs are enough to go by; that the manager is silent is told where it is judged.
    return unnamed === undefined || found.length > 0 ? found : [{ ...nothingOf(input.manager), trouble: unnamed }];
  },
});

function* keptLogs(asking: Asking<readonly LogText[]> | undefined): Asking<readonly LogReach[]> {
  const logs = asking === undefined ? [] : yield* asking;
  return logs.map(({ source, text, skippedBytes, trouble = null, cursor = null }) => {
    const part = { path: source, rotated: false, offset: skippedBytes, unfinished: '', begun: false, binary: false };
    const parts = text === '' ? [] : [{ ...part, text }];
    return { ...nothingOf(source), parts, mark: cursor, trouble, bytesRead: text.length };
  });
}
