import { z } from 'zod';
import type { AnyCheck } from './check.ts';
import type { Ask, Command, Reply, ReplyOf } from './command.ts';
import { jsonSchema, type Json } from './json.ts';
import type { Node } from './node.ts';
import type { Asking } from './probe.ts';
import type { Finding, Next } from './report.ts';
import type { Risk } from './risk.ts';

export const wantedSchema = z.object({ action: z.string(), args: z.record(z.string(), jsonSchema) });
/** An action and what it is to act on: flat enough to stand in a journal, and to be built anew from it. */
export type Wanted = z.infer<typeof wantedSchema>;

/** What an action would do to a node as it is now. */
export interface Change {
  /** `service:llama`, `file:/etc/llama.env` */
  readonly subject: string;
  readonly service?: string;
  /** What was asked for, in full, where it left something open: this is what is shown, approved and done. */
  readonly args?: Wanted['args'];
  readonly risk: Risk;
  /** One sentence: what is done. */
  readonly what: string;
  /** Lines of a unified diff, where text is changed. */
  readonly diff?: readonly string[];
  /** Who else notices, and what traffic it costs: sentences. */
  readonly drops: readonly string[];
  /** Sentences: by what it is proven afterwards. */
  readonly proves: readonly string[];
  /** What takes it back, and that as a sentence; null: nothing does. */
  readonly undo: (Wanted & { readonly what: string }) | null;
  /** It is done once more when changes before it in its set are taken back: a service takes up the old file by a restart. */
  readonly again?: boolean;
  /** Of the world as it is now, all that an approval rests on. Another one is another digest, and wants another approval. */
  readonly world: Json;
  /** What is needed to go back, and to tell later whether it was done. It is on disk here before anything is sent. */
  readonly before: Json;
}

/** A change, or why there is none. */
export type Plan =
  | ({ readonly can: true } & Change)
  /** `because` is a sentence; `next` what helps instead. */
  | { readonly can: false; readonly because: string; readonly next: readonly Next[] };

/** A command that alters the node, and how its answer reads. */
export interface Order {
  readonly command: Command<'change'>;
  /** How long it may still be carried out after the line was cut. */
  readonly lingersMs: number;
  /** Asked again and again until it has answered, where whoever carries it out goes on sooner when it is spoken to. */
  readonly stir?: Command<'observe'>;
  /** Errors: `OUTPUT_UNREADABLE` where the answer does not tell whether it was done: then only a look tells. */
  read(reply: Reply): Outcome;
}

/** What is on a lifeline has ended by then. */
const endsWithinMs = 3_500;

export const order = <A extends Ask>(
  command: Command<'change', A>,
  read: (reply: ReplyOf<A>) => Outcome,
  stir?: Command<'observe'>,
): Order => ({
  command,
  lingersMs: (command.lingersMs ?? 0) + endsWithinMs,
  ...(stir && { stir }),
  read: (reply) => read(reply as ReplyOf<A>),
});

/** `said` in the words of the node: data. After either a look tells what moved: a start that failed may follow a stop. */
export interface Outcome {
  readonly how: 'done' | 'failed';
  readonly said: string;
}

/** What must be seen after a change, and for how long, before it is called verified. */
export interface Proof {
  /** Asked of the services named, again and again: all must be ok, and at least one must speak. */
  readonly checks: readonly AnyCheck[];
  readonly services: readonly string[];
  /** All of this must hold without a break for so long. */
  readonly quietSeconds: number;
  /** It must have begun to hold by then. */
  readonly withinSeconds: number;
}

/**
 * Whether it was carried out, by looking. `mark` changes when what was proven is no longer the same, as another pid.
 *
 * `unclear` may pass, as a service that is starting; `untold`: nothing that can be looked at tells, only its answer did.
 */
export type Done =
  | { readonly is: 'done'; readonly mark: string }
  | { readonly is: 'not_done' | 'unclear' | 'untold'; readonly say: string };

export const judgements = ['better', 'same', 'worse', 'unproven'] as const;
export type Judgement = (typeof judgements)[number];

/** Whether what was measured after a change is good enough to leave it: what is worse or unproven is taken back. */
export interface Judged {
  readonly is: Judgement;
  /** One sentence. */
  readonly say: string;
}

/** How a change that was proven is judged besides: by figures of before it and after all of its set. */
export interface Gauge<Args> {
  /** Figures by name, an object. Errors: what keeps it from being measured; then nothing is sent, or all is taken back. */
  measure(args: Args, node: Node): Asking<Json>;
  judge(before: Json, after: Json): Judged;
}

/** Something that can be done to a node: pure, it builds what is sent and reads what comes back. */
export interface Action<Args> {
  /** `service.restart` */
  readonly name: string;
  readonly summary: string;
  readonly args: z.ZodType<Args>;
  /** What is judged before, on the services named: their findings are handed to `plan`. */
  guards(args: Args, node: Node): Pick<Proof, 'checks' | 'services'>;
  plan(args: Args, node: Node, findings: readonly Finding[]): Asking<Plan>;
  /** May look first, for the way to the manager. Errors: `REFUSED_BY_NODE` where there is none any more. */
  order(args: Args, node: Node, change: Change): Asking<Order>;
  /** Looked at after a change, and before anything else where a crash or a lost link left no answer. */
  done(args: Args, node: Node, before: Json): Asking<Done>;
  proof(args: Args, node: Node): Proof;
  readonly gauge?: Gauge<Args>;
}

// The one variance slot: a list of actions with different arguments.
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyAction = Action<any>;

export const defineAction = <Args>(action: Action<Args>): Action<Args> => action;
