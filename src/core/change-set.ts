import { z } from 'zod';
import { wantedSchema } from './action.ts';
import { risks } from './risk.ts';

export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);

export const plannedChangeSchema = wantedSchema.extend({
  subject: z.string().describe('service:llama, file:/etc/llama.env, model:/path'),
  service: z.string().optional(),
  risk: z.enum(risks),
  what: z.string(),
  diff: z.array(z.string()).optional(),
  drops: z.array(z.string()).describe('Who else notices'),
  proves: z.array(z.string()).describe('By what it is proven'),
  undo: wantedSchema.extend({ what: z.string() }).nullable().describe('null: it can not be undone'),
  again: z.boolean().optional().describe('Done once more when what came before it is taken back'),
  digest: digestSchema.describe('Of the change and of the world that it rests on'),
});
/** A change as it was planned: all that is shown to whoever approves it. */
export type PlannedChange = z.infer<typeof plannedChangeSchema>;

export const changeSetSchema = z.object({
  digest: digestSchema.describe('What an approval names'),
  node: z.string(),
  tool: z.string(),
  why: z.string(),
  principal: z.string().describe('Who wants it'),
  policy: digestSchema.describe('Revision of the policy'),
  plannedAt: z.number().int().describe('Epoch ms'),
  changes: z.array(plannedChangeSchema).min(1),
});
/** Ordered changes to one node. */
export type ChangeSet = z.infer<typeof changeSetSchema>;

export const approvalWays = ['terminal', 'elicitation', 'signature'] as const;
export const approvalSchema = z.object({
  digest: digestSchema,
  node: z.string(),
  policy: digestSchema,
  by: z.string().describe('Who gave it'),
  how: z.enum(approvalWays),
  at: z.number().int().describe('Epoch ms'),
  until: z.number().int().describe('Epoch ms'),
  signature: z.string().optional().describe('Armored, of ssh-keygen -Y sign'),
});
/** A person's word for one change set on one node under one policy, once. */
export type Approval = z.infer<typeof approvalSchema>;
