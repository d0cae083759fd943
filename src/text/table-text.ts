import type { Table } from '../core/report.ts';
import { columns, padded, wrapped } from './columns.ts';
import { oneLine } from './one-line.ts';
import type { Paint } from './paint.ts';
import { fairShare } from './share.ts';

const gap = '  ';
/** Narrower than this a column says nothing, whatever the terminal. */
const narrowest = 6;

/** The lines of a table: first its head, then one entry per row. Cells that do not fit go on in the next line. */
export function tableText(
  { columns: heads, rows }: Pick<Table, 'columns' | 'rows'>,
  { width, paint }: { width: number; paint: Paint },
): { head: string; rows: readonly (readonly string[])[] } {
  const cells = rows.map((row) => heads.map((_, column) => oneLine(row[column] ?? '')));
  const natural = heads.map((head, column) =>
    Math.max(columns(head), ...cells.map((row) => columns(row[column] ?? ''))),
  );
  const share = fairShare(natural, width - gap.length * (heads.length - 1));
  const widths = natural.map((size) => Math.min(size, Math.max(narrowest, share)));
  return {
    head: paint('bold', joined(heads, widths)),
    rows: cells.map((row) => {
      const parts = row.map((cell, column) => wrapped(cell, widths[column] ?? narrowest));
      const height = Math.max(1, ...parts.map((lines) => lines.length));
      return Array.from({ length: height }, (_, line) =>
        joined(
          parts.map((lines) => lines[line] ?? ''),
          widths,
        ),
      );
    }),
  };
}

const joined = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, column) => padded(cell, widths[column] ?? 0))
    .join(gap)
    .trimEnd();
