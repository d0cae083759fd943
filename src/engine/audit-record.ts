import { z } from 'zod';
import { seamSchema } from '../core/run.ts';

const when = z.number().int().describe('Epoch ms');
const hash = z.string().regex(/^[0-9a-f]{64}$/);

const headSchema = z.object({ file: z.string(), seq: z.number().int().min(1), hash });
/** The last line of a file of the audit, as somebody saw it. */
export type Head = z.infer<typeof headSchema>;

const by = {
  tool: z.string(),
  principal: z.string().describe('Who asked'),
  node: z.string(),
  run: z.string().optional(),
};

/** What the audit can hold, one line each. */
export const auditRecordSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('began'),
    when,
    format: z.literal(1),
    file: z.string().describe('The one it stands in: a copy and another name are found by it'),
    pid: z.number().int(),
    host: z.string(),
    heads: z.array(headSchema).describe('Of the other files that were there'),
  }),
  z.object({
    type: z.literal('look'),
    when: when.describe('Epoch ms of the first question'),
    until: when.describe('Epoch ms of the last answer'),
    ...by,
    asked: z.array(z.tuple([z.string(), z.number(), z.string()])).describe('The words, ms, and how it ended'),
  }),
  z.object({
    type: z.literal('intent'),
    when,
    ...by,
    effect: z.enum(['create', 'change']),
    words: z.string(),
    approval: z.string().optional().describe('Digest that was approved'),
  }),
  z.object({
    type: z.literal('result'),
    when,
    of: z.object({ file: z.string(), seq: z.number().int() }).describe('Its intent'),
    ms: z.number(),
    said: z.string().describe('How it ended, in a word'),
  }),
  z.object({ type: z.literal('pruned'), when, ...headSchema.shape, bytes: z.number().int() }),
  z.object({ type: z.literal('checked'), when, principal: z.string(), heads: z.array(headSchema) }),
  z.object({ type: z.literal('ended'), when }),
  seamSchema,
]);
export type AuditRecord = z.infer<typeof auditRecordSchema>;
