import { z } from 'zod';
import type { ChangeOutcome, ChangeRequest, Escalation } from './change-outcome.ts';
import type { AnyCheck } from './check.ts';
import type { Command, Effect, HttpAnswer, HttpAsk, HttpTrouble } from './command.ts';
import type { OpsError } from './errors.ts';
import type { Hearing } from './make.ts';
import type { Fleet, Node } from './node.ts';
import type { Probe } from './probe.ts';
import type { Finding, Report } from './report.ts';
import type { RunStory } from './run-story.ts';

/** A fact and the ids of the observations behind it. */
export interface Observed<Fact> {
  readonly fact: Fact;
  readonly evidence: readonly string[];
}

/** A text that was kept because a report had to leave it out, or the observation behind a finding. */
export interface Evidence {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** One look at one node: whatever is asked twice within it is put to the node once. */
export interface NodeLook {
  observe<Input, Fact>(probe: Probe<Input, Fact>, input: Input): Promise<Observed<Fact>>;
  /** What can't be asked is an `unknown` finding. Errors: `LINK_LOST`, `CANCELLED`. */
  survey(checks: readonly AnyCheck[]): Promise<readonly Finding[]>;
  /** What a reader must know of this node and the line to it. */
  notes(): readonly string[];
}

/** All that a tool may do. It can look; it holds no connection, no clock and no file. */
export interface Ops {
  readonly fleet: Fleet;
  /** The nodes meant by names or `label=value`; all of them for an empty list. Errors: `UNKNOWN_NODE`. */
  nodes(selectors: readonly string[]): readonly Node[];
  /**
   * Reaches a node. Errors: those of connecting.
   *
   * `withinMs` is how long the line may take, and then all of the look: what has not answered by then is given up, as at a
   * deadline of its own, and not known.
   */
  look(node: Node, options?: { readonly withinMs?: number }): Promise<NodeLook>;
  /** The finding for a node that an error keeps us from looking at. */
  unreached(node: Node, error: OpsError): Finding;
  /** Keeps a text that a report has to leave out and names it: the id reads as a resource and by `rackhand evidence`. */
  keep(node: Node, title: string, text: string): string;
  /** What was kept under an id, cleaned and without secrets; undefined for what is gone. */
  evidence(id: string): Promise<Evidence | undefined>;
  /** Says what goes on; `wrote` are lines of a node that came meanwhile, for who wants to see them at once. */
  progress(message: string, wrote?: readonly string[]): void;
  /** Which of the texts a caller's pattern fits, within a second. Errors: `USAGE` for one that is none, or takes longer. */
  matching(pattern: string, texts: readonly string[]): Promise<readonly boolean[]>;
  /** Errors: `CANCELLED`. */
  pause(ms: number): Promise<void>;
  readonly runs: Runs;
  /** Says what a change would do, and what stands in its way; nothing is done or asked for. Errors: of the node. */
  plan(request: ChangeRequest): Promise<ChangeOutcome>;
  /** Epoch ms. */
  now(): number;
}

/** Runs as their journals tell them. */
export interface Runs {
  /** The newest first, of those that began at `since` (epoch ms) or later. A journal that can't be read is told of, not left out. */
  list(since?: number): Promise<readonly (RunStory | { readonly id: string; readonly trouble: string })[]>;
  /** Errors: `UNKNOWN_RUN`, `JOURNAL_FAILED`. */
  find(id: string): Promise<RunStory>;
  /** Whether somebody carries it out now; else it was cut off, where it is not at its end. */
  isUnderWay(id: string): Promise<boolean>;
}

/** What a service of a node is to make, and as what a policy judges it. */
export interface Making {
  readonly action: string;
  readonly service: string;
  readonly command: Command<'create', HttpAsk>;
}

/** Figures of earlier calls by name, the newest last, to compare new ones with. */
export interface Baselines {
  of(name: string): Promise<readonly number[]>;
  /** `anew` forgets those before. Errors: `STATE_FAILED`. */
  add(name: string, figure: number, how?: { readonly anew?: boolean }): Promise<void>;
}

/** What a tool may do that has services make something, and alters nothing that is there. */
export interface MakeOps extends Ops {
  /** Sends it once. Errors: `NOT_APPROVED` where the policy forbids it, `AUDIT_FAILED`, and those of the node. */
  make(node: Node, making: Making, hearing?: Hearing): Promise<HttpAnswer | HttpTrouble>;
  readonly baselines: Baselines;
}

/** What a tool may do that changes nodes: all of it through one door. */
export interface ChangeOps extends Ops {
  /** Plans it, and carries it out where policy and approvals let it. Errors: of the node and of the journal; `NODE_BUSY`. */
  change(request: ChangeRequest): Promise<ChangeOutcome>;
  /** Goes on with a run that was cut off, or takes it back. Errors: `UNKNOWN_RUN`, `RUN_BUSY`, `NODE_BUSY`. */
  resume(run: string, way: 'on' | 'back'): Promise<ChangeOutcome>;
  /** Asks whoever carries a run out to stop at the next safe point. Errors: `UNKNOWN_RUN`, `USAGE` for one at its end. */
  stop(run: string): Promise<void>;
  /** Writes down what is left to a person, as a run that does nothing. Errors: `JOURNAL_FAILED`, `STATE_FAILED`. */
  escalate(request: Escalation): Promise<ChangeOutcome>;
}

type OpsFor<E extends Effect> = E extends 'observe' ? Ops : E extends 'create' ? MakeOps : ChangeOps;

type Flat = z.ZodType<string | number | boolean | readonly string[] | undefined>;

/** Something one can ask for, on every face. */
export interface Tool<
  Shape extends Record<string, Flat> = Record<string, Flat>,
  Data extends z.ZodType = z.ZodType,
  E extends Effect = Effect,
> {
  /** noun_verb */
  readonly name: string;
  readonly title: string;
  /** At most 600 characters, for a model that must choose. */
  readonly summary: string;
  /** The only safety fact: hints, read-only mode and confirmation derive from it. */
  readonly effect: E;
  /** Shown to an assistant only where it is asked for: what is shown costs it tokens in every session. */
  readonly toolset?: 'repair' | 'generate';
  readonly input: z.ZodObject<Shape>;
  readonly data: Data;
  /** On the command line: which inputs stand without a flag, a shorter name, and whether it answers in a page for a file. */
  readonly cli: {
    readonly positional: readonly (keyof Shape & string)[];
    readonly alias?: string;
    readonly isPage?: true;
  };
  run(input: z.output<z.ZodObject<Shape>>, ops: OpsFor<E>): Promise<Report<z.input<Data>>>;
}

export const defineTool = <Shape extends Record<string, Flat>, Data extends z.ZodType, const E extends Effect>(
  tool: Tool<Shape, Data, E>,
): Tool<Shape, Data, E> => tool;

// oxlint-disable-next-line typescript/no-explicit-any
export type AnyTool = Tool<any, any, any>;

/** Inputs that many tools share, so that they read alike everywhere. */
export const nodesInput = z.array(z.string()).default([]).describe('Names or label=value; all when empty');
export const nodeInput = z.string().describe('Node name');
export const detailInput = z.enum(['brief', 'full']).default('brief').describe('full: also what is fine');
export const serviceInput = z.string().optional().describe('Only this service');
