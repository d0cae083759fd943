import { stat } from '../core/command.ts';
import { askAll, defineProbe, inStep, type Asking } from '../core/probe.ts';
import { disk, type Room } from './disk.ts';
import { logPaths, type LogsInput } from './service-logs.ts';
import { folderOf } from './path-parts.ts';

/** A log as a file, and the filesystem that it lies on. */
export interface LogSize {
  readonly path: string;
  readonly bytes: number;
  readonly room: Room;
}

export const logSizes = defineProbe({
  name: 'log.sizes',
  summary: 'How large the logs of a service are, and how much room is left beside them',
  *steps(input: Omit<LogsInput, 'bytes'>): Asking<readonly LogSize[]> {
    const { become } = input.place;
    const { paths } = yield* logPaths(input);
    if (paths.length === 0) return [];
    const files = yield* askAll(paths.map((path) => stat(path, { become })));
    const there = paths.flatMap((path, index) => {
      const file = files[index];
      return file?.ok === true && file.type === 'file' ? [{ path, bytes: file.size }] : [];
    });
    const rooms = yield* inStep(there.map(({ path }) => disk.steps({ path: folderOf(path), become })));
    return there.flatMap((file, index) => {
      const room = rooms[index];
      return room === undefined ? [] : [{ ...file, room }];
    });
  },
});
