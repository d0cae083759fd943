import { z } from 'zod';
import { nodeSchema, thresholdsSchema } from '../core/node.ts';
import { policySchema } from '../core/policy.ts';
import { safeName } from '../core/service.ts';

/** The fleet file, with its secrets already in place. */
export const fleetSchema = z.strictObject({
  thresholds: thresholdsSchema.partial().default({}).describe('For all nodes; a node may set its own'),
  policy: policySchema.prefault({}).describe('Who may change what, and how often'),
  nodes: z.record(safeName, nodeSchema).describe('The machines by name'),
});
