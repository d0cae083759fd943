import { catalog } from '../catalog.ts';
import { playbooks } from '../playbooks/index.ts';
import { toolEntry, type ToolEntry } from '../tool-schema.ts';
import { toolOfPlaybook } from '../tools/tool-of-playbook.ts';

/** A tool as `tools/list` answers it, and the set it belongs to where it is not shown to everybody. */
export interface ListedTool {
  /** `playbook`: one that comes with rackhand, as a tool of its own. */
  readonly toolset?: 'repair' | 'generate' | 'playbook';
  readonly entry: ToolEntry;
}

/**
 * What `tools/list` answers.
 *
 * The build puts the finished list in place of this file: a host starts a server to see its tools, and should not wait
 * for all that they know.
 */
export const toolList: readonly ListedTool[] = [
  ...catalog.map((tool) => ({
    ...(tool.toolset !== undefined && { toolset: tool.toolset }),
    entry: toolEntry(tool),
  })),
  ...playbooks.map((playbook) => ({ toolset: 'playbook' as const, entry: toolEntry(toolOfPlaybook(playbook)) })),
];
