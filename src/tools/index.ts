// Made by `npm run gen`.
import type { AnyTool } from '../core/tool.ts';

export const tools: readonly AnyTool[] = [];
