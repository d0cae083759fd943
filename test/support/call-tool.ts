import type { z } from 'zod';
import type { Report } from '../../src/core/report.ts';
import type { AnyTool, ChangeOps } from '../../src/core/tool.ts';
import type { changeData } from '../../src/tools/change-report.ts';
import { toolInput } from '../../src/tool-input.ts';

/** The report of a tool that changes something, called as a face calls it. */
export const callTool = async (
  ops: ChangeOps,
  tool: AnyTool,
  input: Readonly<Record<string, unknown>>,
): Promise<Report<z.infer<typeof changeData>>> => await tool.run(toolInput(tool, input), ops);
