import type { FileFacts } from '../core/command.ts';

/** An older log that was put aside. */
export interface RotatedLog {
  readonly name: string;
  /** `none`, `gzip`, or the ending of another packer. */
  readonly packed: string;
  readonly size: number;
  readonly mtimeMs: number;
}

type Entry = Pick<FileFacts, 'type' | 'size' | 'mtimeMs'> & { readonly name: string };

interface Found extends RotatedLog {
  /** Counted up from the newest: `.1`. */
  readonly generation: number | undefined;
  /** Digits of its date, which sort as the dates do. */
  readonly date: string | undefined;
}

const packer = String.raw`(?:\.(?<packed>gz|xz|bz2|zst|lz4|Z))?`;
const date = String.raw`(?<date>\d{4}-?\d\d-?\d\d(?:[-_.T]?\d\d(?:[-_.:]?\d\d){0,2})?(?:-\d{9,11})?)`;
const generation = String.raw`(?<generation>\d{1,4})`;

/**
 * The logs that were put aside from the one called `name`, newest first.
 *
 * Names: logrotate (`.1`, `.2.gz`, `-20261120`, with `extension` also before it), supervisor and Python (`.1`,
 * `.2026-11-20`), pm2-logrotate (`__2026-11-20_00-00-00`), and `.old`. `app-1.log` is another instance, not an older log.
 */
export function rotatedLogs(name: string, entries: readonly Entry[]): readonly RotatedLog[] {
  const [, stem = name, ending = ''] = /^(.+)(\.[A-Za-z]+)$/.exec(name) ?? [];
  const [whole, before, behind] = [name, stem, ending].map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const forms = [
    `${whole}\\.(?:${generation}|old)${packer}`,
    `${whole}[-._]${date}${packer}`,
    ...(ending === ''
      ? []
      : [`${before}\\.${generation}${behind}${packer}`, `${before}[-._]{1,2}${date}${behind}${packer}`]),
  ].map((form) => new RegExp(`^${form}$`));
  const found = entries.flatMap((entry): readonly Found[] => {
    if (entry.type !== 'file' || entry.size === 0) return [];
    const match = forms.map((form) => form.exec(entry.name)).find((each) => each !== null);
    if (match === undefined) return [];
    const { packed, date: day, generation: count } = match.groups ?? {};
    return [
      {
        name: entry.name,
        packed: packed === undefined ? 'none' : packed === 'gz' ? 'gzip' : packed,
        size: entry.size,
        mtimeMs: entry.mtimeMs,
        generation: day !== undefined ? undefined : count === undefined ? 0 : Number(count),
        date: day
          ?.replace(/-\d{9,11}$/, '')
          .replace(/\D/g, '')
          .padEnd(14, '0'),
      },
    ];
  });
  return inOrder(
    found.filter((each) => each.packed === 'none' || !found.some((other) => isSameBefore(each, other))),
  ).map(({ name: own, packed, size, mtimeMs }) => ({ name: own, packed, size, mtimeMs }));
}

/** While a log is being packed it is there twice. */
const isSameBefore = (packed: Found, plain: Found): boolean =>
  plain.packed === 'none' && packed.name.startsWith(`${plain.name}.`);

function inOrder(found: readonly Found[]): readonly Found[] {
  if (found.every(({ generation: count }) => count !== undefined))
    return found.toSorted((a, b) => (a.generation ?? 0) - (b.generation ?? 0));
  if (found.every(({ date: day }) => day !== undefined))
    return found.toSorted((a, b) => ((a.date ?? '') < (b.date ?? '') ? 1 : -1));
  return found.toSorted((a, b) => b.mtimeMs - a.mtimeMs);
}
