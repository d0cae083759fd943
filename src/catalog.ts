import type { AnyTool } from './core/tool.ts';
import { tools } from './tools/index.ts';

/** Everything that can be asked for, by name: what a client lists must not change its order between two sessions. */
export const catalog: readonly AnyTool[] = [...tools].sort((a, b) => (a.name < b.name ? -1 : 1));
