import { stat } from '../core/command.ts';
import { askAll, defineProbe, type Asking } from '../core/probe.ts';
import { logPaths, type LogsInput } from './service-logs.ts';

/** When each log file was last written, in epoch ms of the node's clock; null where it can't be told. */
export type LogAges = Readonly<Record<string, number | null>>;

export const logAges = defineProbe({
  name: 'log.ages',
  summary: 'When the logs of a service were last written',
  *steps(input: Omit<LogsInput, 'bytes'>): Asking<LogAges> {
    const { paths } = yield* logPaths(input);
    const { become } = input.place;
    const replies = paths.length === 0 ? [] : yield* askAll(paths.map((path) => stat(path, { become })));
    const written = paths.map((path, index) => {
      const reply = replies[index];
      return [path, reply?.ok === true ? reply.mtimeMs : null] as const;
    });
    return Object.fromEntries(written);
  },
});
