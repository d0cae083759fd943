import { z } from 'zod';
import { findingSchema, nextSchema, statuses } from '../../src/core/report.ts';
import type { AnyTool } from '../../src/core/tool.ts';

/** What every tool promises to answer in, with the data of this one. */
export const reportSchema = (tool: AnyTool) =>
  z.object({
    summary: z.string().regex(/^\S.*\.$/s),
    status: z.enum(statuses),
    findings: z.array(findingSchema),
    next: z.array(nextSchema).max(5),
    notes: z.array(z.string()),
    data: tool.data,
  });
