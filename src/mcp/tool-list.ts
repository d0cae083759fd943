import { catalog } from '../catalog.ts';
import { toolEntry, type ToolEntry } from '../tool-schema.ts';

/**
 * What `tools/list` answers.
 *
 * The build puts the finished list in place of this file: a host starts a server to see its tools, and should not wait
 * for all that they know.
 */
export const toolList: readonly ToolEntry[] = catalog.map(toolEntry);
