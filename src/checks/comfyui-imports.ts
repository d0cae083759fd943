import { bare } from './log-line.ts';

/** What a log holds of the nodes that a ComfyUI imported, or could not. */
export interface ComfyuiImports {
  /** Custom nodes, by the name of their folder or file. */
  readonly failed: readonly string[];
  /** Modules that come with ComfyUI. */
  readonly own: readonly string[];
  /** Why, in the words of Python. */
  readonly reasons: readonly string[];
  /** The table of import times stands in the log, which comes once all were tried. */
  readonly isTold: boolean;
  readonly imported: number;
}

const row = /^ *\d+\.\d seconds( \(IMPORT FAILED\))?: (.+)$/;

/** Source: the lines that ComfyUI's own nodes.py writes. */
export function comfyuiImports(all: readonly string[]): ComfyuiImports {
  const lines = all.map(bare);
  const rows = lines.flatMap((line) => {
    const [, failed, path] = row.exec(line) ?? [];
    return path === undefined ? [] : [{ hasFailed: failed !== undefined, name: path.split('/').at(-1) ?? path }];
  });
  const said = (pattern: RegExp) => [...new Set(lines.flatMap((line) => pattern.exec(line)?.[1] ?? []))];
  return {
    failed: [...new Set(rows.filter(({ hasFailed }) => hasFailed).map(({ name }) => name))],
    own: said(/^IMPORT FAILED: (\S+)$/),
    reasons: said(/^Cannot import \S.* module for custom nodes: (.+)$/),
    isTold: lines.some((line) => line.startsWith('Import times for custom nodes')),
    imported: rows.filter(({ hasFailed }) => !hasFailed).length,
  };
}
