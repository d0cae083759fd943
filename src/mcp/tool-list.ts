import { catalog } from '../catalog.ts';
import type { Playbook } from '../core/playbook.ts';
import { playbooks } from '../playbooks/index.ts';
import { toolEntry, type ToolEntry } from '../tool-schema.ts';
import { toolOfPlaybook } from '../tools/tool-of-playbook.ts';

/** A tool as `tools/list` answers it, and the set it belongs to where it is not shown to everybody. */
export interface ListedTool {
  /** `playbook`: one that comes with rackhand, as a tool of its own. */
  readonly toolset?: 'repair' | 'generate' | 'playbook';
  readonly entry: ToolEntry;
}

/** What mends comes before what builds a ComfyUI: there is not room for all, and the first is needed in a hurry. */
const builds = ({ name }: Playbook): number => (name.startsWith('comfyui_') ? 1 : 0);

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
  ...playbooks
    .toSorted((a, b) => builds(a) - builds(b))
    .map((playbook) => ({ toolset: 'playbook' as const, entry: toolEntry(toolOfPlaybook(playbook)) })),
];
