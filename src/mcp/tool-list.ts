import { catalog } from '../catalog.ts';
import { toolEntry, type ToolEntry } from '../tool-schema.ts';

/** A tool as `tools/list` answers it, and the set it belongs to where it is not shown to everybody. */
export interface ListedTool {
  readonly toolset?: 'repair';
  readonly entry: ToolEntry;
}

/**
 * What `tools/list` answers.
 *
 * The build puts the finished list in place of this file: a host starts a server to see its tools, and should not wait
 * for all that they know.
 */
export const toolList: readonly ListedTool[] = catalog.map((tool) => ({
  ...(tool.toolset !== undefined && { toolset: tool.toolset }),
  entry: toolEntry(tool),
}));
