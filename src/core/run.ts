import { z } from 'zod';

/** Names the run and its file: small letters, digits and dashes. */
export const runIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);

const when = z.number().int().describe('Epoch ms');
const step = z.number().int().min(1);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const ids = z.array(z.string()).describe('Of evidence');
/** In short: what is longer is evidence, and named by its id. */
const said = z.string().max(2_000);

export const runSchema = z.object({
  id: runIdSchema,
  node: z.string(),
  tool: z.string(),
  principal: z.string().describe('Who asked'),
  why: said,
});
/** A change to one node, from the wish to its proven end. */
export type Run = z.infer<typeof runSchema>;

/** Vouches for bytes that a crash has torn, and stands behind them. */
export const seamSchema = z.object({
  type: z.literal('seam'),
  when,
  bytes: z.number().int().min(1).describe('Torn by a crash and left where they are'),
  sha256: digest,
});
export type Seam = z.infer<typeof seamSchema>;

/** What a journal can hold, one line each. */
export const runRecordSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), when, format: z.literal(1), run: runSchema }),
  z.object({
    type: z.literal('planned'),
    when,
    digest: digest.describe('sha256 of the change set that an approval is bound to'),
    changes: z
      .array(z.object({ what: said, undo: said.nullable().describe('null: it can not be undone') }))
      .describe('In the order of their steps, the first is step 1'),
    needsApproval: z.boolean(),
  }),
  z.object({
    type: z.literal('approved'),
    when,
    digest,
    by: z.string(),
    policy: z.string().describe('Revision'),
    until: z.number().int().describe('Epoch ms'),
  }),
  z.object({ type: z.literal('saved'), when, what: z.enum(['rollback_point', 'evidence']), ids }),
  z.object({
    type: z.literal('intent'),
    when,
    step,
    what: said,
    undoes: step.optional().describe('The step it undoes'),
  }),
  z.object({ type: z.literal('result'), when, step, how: z.enum(['done', 'failed', 'unknown']), said }),
  z.object({ type: z.literal('verified'), when, said, ids }),
  z.object({ type: z.literal('not_verified'), when, said, ids }),
  z.object({ type: z.literal('undone'), when, step, said }),
  z.object({
    type: z.literal('closed'),
    when,
    how: z.enum(['verified', 'not_verified', 'rolled_back', 'unknown']),
    said,
  }),
  z.object({ type: z.literal('note'), when, said }),
  seamSchema,
]);
export type RunRecord = z.infer<typeof runRecordSchema>;

type Said<Kept> = Kept extends { type: 'started' | 'seam' } ? never : Omit<Kept, 'when'>;
/** What a run has to say; its journal adds when, and writes the start and the seams itself. */
export type RunEntry = Said<RunRecord>;
