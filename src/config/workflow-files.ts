import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { WorkflowFile } from '../core/node.ts';

/** More than any workflow is; one that is larger is no workflow. */
const mostBytes = 16 * 1024 ** 2;

/** The files of ComfyUI workflows beside a fleet file, by name: `workflows/*.json`. */
export function workflowFiles(fleetPath: string): readonly string[] {
  const folder = join(dirname(fleetPath), 'workflows');
  try {
    return readdirSync(folder)
      .filter((name) => /^[^.].*\.json$/.test(name))
      .toSorted()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** What can not be read has no text, and says why where it is asked for. */
export const readWorkflows = (paths: readonly string[]): readonly WorkflowFile[] =>
  paths.map((path) => {
    const name = basename(path, '.json');
    try {
      const { size } = statSync(path);
      if (size > mostBytes) return { name, path, trouble: `it has ${size} bytes` };
      return { name, path, text: readFileSync(path, 'utf8') };
    } catch (thrown) {
      return { name, path, trouble: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  });
