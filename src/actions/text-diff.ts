import { structuredPatch } from 'diff';
import { clean, redact } from '../core/text.ts';

// Two texts that share nothing would be compared for minutes.
const mostEdits = 2_000;

/** The lines of a unified diff without secrets: they are taken out of both texts before these are compared. */
export function textDiff(path: string, before: string, after: string): readonly string[] {
  const [old, now] = [shown(before), shown(after)];
  const patch = structuredPatch(path, path, old, now, undefined, undefined, { context: 3, maxEditLength: mostEdits });
  if (patch === undefined) return ['(More differs than is shown here.)'];
  if (patch.hunks.length === 0) return before === after ? [] : ['(It differs in what is not shown.)'];
  const hunks = patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...lines,
  ]);
  return [`--- ${path}`, `+++ ${path}`, ...hunks];
}

const shown = (text: string): string => redact(clean(text));
