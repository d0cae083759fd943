import { z } from 'zod';
import type { ChangeState } from './change-outcome.ts';
import { layers } from './layer.ts';
import type { Page, PageFormat } from './page.ts';

export const statuses = ['ok', 'not_applicable', 'degraded', 'unknown', 'critical'] as const;
/** In the order in which the worst decides: what could not be looked at weighs more than what is known to be degraded. */
export type Status = (typeof statuses)[number];

export const worst = (all: readonly Status[]): Status => {
  const rank = Math.max(0, ...all.map((status) => statuses.indexOf(status)));
  return statuses[rank] ?? 'ok';
};

/** Whether a restart of the service helps. */
export const restarts = ['yes', 'no', 'maybe', 'after-fix'] as const;

export const nextSchema = z.object({
  say: z.string().describe('What to do, as a sentence'),
  tool: z.string().optional(),
  args: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])).optional(),
});
/** What helps now: a sentence, and where a tool does it, its name and arguments. */
export type Next = z.infer<typeof nextSchema>;

export const findingSchema = z.object({
  node: z.string(),
  check: z.string(),
  subject: z.string().describe('node, gpu:0, service:llama, model:/path, mount:/path'),
  status: z.enum(statuses),
  summary: z.string(),
  layer: z.enum(layers),
  service: z.string().optional(),
  role: z.enum(['cause', 'consequence', 'finding']).describe('cause: lowest failing layer'),
  because: z.string().optional().describe('Why a consequence follows'),
  signature: z.string().optional().describe('Known log line'),
  restartHelps: z.enum(restarts).optional(),
  evidence: z.array(z.string()).describe('Ids'),
});
/** A judgement on a subject of a node, with the observations behind it. */
export type Finding = z.infer<typeof findingSchema> & {
  readonly next?: readonly Next[] | undefined;
  /** Check and subject of the cause that it follows from. */
  readonly of?: string;
};

/** A table for people: `data` holds the same for programs. */
export interface Table {
  readonly kind: 'table';
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
/** Text that a node wrote: shown fenced and marked as untrusted. */
export interface RemoteText {
  readonly kind: 'remote';
  readonly title: string;
  readonly lines: readonly string[];
}

/** Pieces of text that a node wrote, each under a line of ours that says what it is. */
export interface RemoteEntries {
  readonly kind: 'entries';
  readonly title: string;
  readonly entries: readonly { readonly says: string; readonly lines: readonly string[] }[];
}

/** The one shape that every tool answers in. */
export interface Report<Data = unknown> {
  readonly summary: string;
  readonly status: Status;
  readonly findings: readonly Finding[];
  readonly next: readonly Next[];
  /** What a reader must know: simulated parts, unproven host keys, what was left out and how to get it. */
  readonly notes: readonly string[];
  readonly data: Data;
  /** Where the report is about a change: how far it came. Faces ask, exit and name it by this. */
  readonly change?: {
    readonly state: ChangeState;
    readonly digest?: string | undefined;
    readonly asks?: boolean | undefined;
  };
  readonly show: readonly (Table | RemoteText | RemoteEntries)[];
  /** Where the answer is something to hand on: faces write it out in its form, in place of all this. */
  readonly page?: { readonly format: PageFormat; readonly page: Page };
}
