import { OpsError } from '../core/errors.ts';
import { markOf, markText, type LogMark } from '../probes/log-mark.ts';
import type { LogReach } from '../probes/log-window.ts';

type Marks = Readonly<Record<string, LogMark | string>>;

/** Up to where logs were read, as one word; a log that could not be read this time stays where it was. */
export function cursorText(reaches: readonly Pick<LogReach, 'key' | 'mark'>[], before: Marks): string {
  const marks: Marks = {
    ...before,
    ...Object.fromEntries(reaches.flatMap(({ key, mark }) => (mark === null ? [] : [[key, mark] as const]))),
  };
  return Object.entries(marks)
    .map(([key, mark]) =>
      typeof mark === 'string' ? `${key}@${mark.replaceAll(';', '/')}` : `${key}.${markText(mark)}`,
    )
    .join(',');
}

/** Errors: `USAGE` for a word that is no cursor. */
export function marksOf(cursor: string): Marks {
  const marks = cursor.split(',').map((word) => {
    const [, key = '', kind, rest = ''] = /^([a-z0-9]{1,16})([.@])([\w./=+-]{1,400})$/.exec(word) ?? [];
    const mark = kind === '@' ? rest.replaceAll('/', ';') : markOf(rest);
    if (mark === undefined || kind === undefined)
      throw new OpsError('USAGE', 'cursor: this is not one that log_search gave.', {
        hint: 'Leave it out to search from the end of the logs; the answer holds a new one.',
      });
    return [key, mark] as const;
  });
  return Object.fromEntries(marks);
}
