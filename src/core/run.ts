import { z } from 'zod';
import { judgements } from './action.ts';
import { approvalSchema, changeSetSchema, digestSchema as digest } from './change-set.ts';
import { jsonSchema } from './json.ts';
import { findingSchema } from './report.ts';
import { vitalsSchema } from './vitals.ts';

/** Names the run and its file: small letters, digits and dashes. */
export const runIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);

const when = z.number().int().describe('Epoch ms');
const step = z.number().int().min(1);
const ids = z.array(z.string()).describe('Of evidence');
/** In short: what is longer is evidence, and named by its id. */
const said = z.string().max(2_000);

/** A step is done, taken back, or done once more after others were taken back. */
export const ways = ['do', 'undo', 'again'] as const;
export type Way = (typeof ways)[number];
const way = z.enum(ways);

export const sentEnds = ['done', 'failed', 'not_done', 'unknown'] as const;
/** What came of sending something. `not_done`: it left no answer, and was seen not to have been carried out. */
export type SentEnd = (typeof sentEnds)[number];

export const runEnds = ['verified', 'not_verified', 'rolled_back', 'unknown', 'escalated'] as const;
/**
 * How a run can end; `unknown` is said to be so, and what it left has to be looked at by a person. `escalated`: nothing was
 * done, and a person has to.
 */
export type RunEnd = (typeof runEnds)[number];

const runPlaybookSchema = z.object({
  name: z.string(),
  remedy: z.string().nullable().describe('What it chose; null: what a person must do'),
  service: z.string().optional(),
});
/** The playbook that a run is part of. */
export type RunPlaybook = z.infer<typeof runPlaybookSchema>;

export const runSchema = z.object({
  id: runIdSchema,
  node: z.string(),
  tool: z.string(),
  principal: z.string().describe('Who asked'),
  why: said,
  undoes: runIdSchema.optional().describe('The run that it takes back'),
  playbook: runPlaybookSchema.optional(),
  simulated: z.array(z.string()).optional().describe('Parts of the node that were not real'),
});
/** A change to one node, from the wish to its proven end. */
export type Run = z.infer<typeof runSchema>;

export const measuredTimes = ['before', 'after'] as const;
export type MeasuredTime = (typeof measuredTimes)[number];

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
    set: changeSetSchema.describe('In the order of their steps, the first is step 1'),
  }),
  z.object({
    type: z.literal('found'),
    when,
    time: z.enum(measuredTimes).describe('Before anything was done, and after all steps were proven'),
    checks: z.array(z.string()),
    services: z.array(z.string()).optional().describe('Only these were looked at'),
    findings: z.array(findingSchema),
  }),
  z.object({ type: z.literal('approved'), when, approval: approvalSchema }),
  z.object({
    type: z.literal('saved'),
    when,
    step,
    way,
    before: jsonSchema.describe('What is needed to go back, and to tell whether it was done'),
    ids,
  }),
  z.object({
    type: z.literal('measured'),
    when,
    step,
    time: z.enum(measuredTimes).describe('Before the step was sent, and after all steps were proven'),
    figures: jsonSchema,
    ids,
  }),
  z.object({ type: z.literal('vitals'), when, vitals: vitalsSchema }),
  z.object({ type: z.literal('judged'), when, step, is: z.enum(judgements), said }),
  z.object({
    type: z.literal('intent'),
    when,
    step,
    way,
    what: said,
    lingersMs: z.number().int().min(0).optional().describe('So long after a cut it may still be carried out'),
  }),
  z.object({ type: z.literal('result'), when, step, way, how: z.enum(sentEnds), said }),
  z.object({ type: z.literal('verified'), when, step, way, said, ids }),
  z.object({ type: z.literal('not_verified'), when, step, way, said, ids }),
  z.object({
    type: z.literal('closed'),
    when,
    how: z.enum(runEnds),
    said,
  }),
  z.object({ type: z.literal('note'), when, said }),
  seamSchema,
]);
export type RunRecord = z.infer<typeof runRecordSchema>;

type Said<Kept> = Kept extends { type: 'started' | 'seam' } ? never : Omit<Kept, 'when'>;
/** What a run has to say; its journal adds when, and writes the start and the seams itself. */
export type RunEntry = Said<RunRecord>;
