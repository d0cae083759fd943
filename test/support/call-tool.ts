import type { z } from 'zod';
import type { Report } from '../../src/core/report.ts';
import type { AnyTool, ChangeOps } from '../../src/core/tool.ts';
import type { changeData } from '../../src/tools/change-report.ts';
import { toolInput } from '../../src/tool-input.ts';

/** The report of a tool, called as a face calls it; of one that changes something unless its data are named. */
export const callTool = async <Data = z.infer<typeof changeData>>(
  ops: ChangeOps,
  tool: AnyTool,
  input: Readonly<Record<string, unknown>>,
): Promise<Report<Data>> => await tool.run(toolInput(tool, input), ops);
