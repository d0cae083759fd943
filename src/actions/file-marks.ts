import { z } from 'zod';
import { stat, type FileFacts } from '../core/command.ts';
import { askAll, type Asking } from '../core/probe.ts';
import { anew } from '../probes/log-files.ts';

/** What a file is known by again: its time in seconds, as every transport tells it. Null where there is none. */
export const fileMarkSchema = z.object({ size: z.number(), at: z.number(), type: z.string() }).nullable();
export type FileMark = z.infer<typeof fileMarkSchema>;

/** The files that paths lead to, in their order. */
export function* fileMarks(paths: readonly string[], become: 'sudo' | undefined): Asking<readonly FileMark[]> {
  if (paths.length === 0) return [];
  const found = yield* askAll(paths.map((path) => stat(path, { become, freshMs: anew })));
  return found.map((each) => (each.ok ? markOf(each) : null));
}

export const markOf = ({ size, mtimeMs, type }: FileFacts): NonNullable<FileMark> => ({
  size,
  at: Math.floor(mtimeMs / 1_000),
  type,
});
