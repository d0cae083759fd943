import type { Ask, Command, Reply, ReplyOf } from './command.ts';

type Look = Command<'observe'>;

/** Questions, one after the other or several at once, that end in a value. It asks nothing itself: an engine drives it. */
export type Asking<T> = Generator<readonly Look[], T, readonly Reply[]>;

/** Puts one command and hands back its reply. */
export function* ask<A extends Ask>(command: Command<'observe', A>): Asking<ReplyOf<A>> {
  const [reply] = yield [command];
  return reply as ReplyOf<A>;
}

/** Puts several commands at once and hands back their replies in order. */
export function* askAll<const C extends readonly Look[]>(
  commands: C,
): Asking<{ [K in keyof C]: C[K] extends Command<'observe', infer A> ? ReplyOf<A> : never }> {
  const replies = yield commands;
  return replies as never;
}

/** What is known without a question. */
// oxlint-disable-next-line require-yield
export function* known<T>(value: T): Asking<T> {
  return value;
}

/** The same questions, content with answers up to `freshMs` old. */
export function* recent<T>(asking: Asking<T>, freshMs: number): Asking<T> {
  let turn = asking.next();
  while (turn.done !== true) turn = asking.next(yield turn.value.map((command) => ({ ...command, freshMs })));
  return turn.value;
}

/** Drives several lines of questions side by side: what each asks next goes to the node in one round. */
export function* inStep<T>(askings: readonly Asking<T>[]): Asking<readonly T[]> {
  const turns = askings.map((asking) => asking.next());
  for (;;) {
    const round: Look[] = [];
    for (const turn of turns) if (turn.done !== true) round.push(...turn.value);
    if (turns.every(({ done }) => done === true)) break;
    const replies: readonly Reply[] = yield round;
    let taken = 0;
    for (const [index, asking] of askings.entries()) {
      const turn = turns[index];
      if (turn === undefined || turn.done === true) continue;
      const mine = replies.slice(taken, taken + turn.value.length);
      taken += turn.value.length;
      turns[index] = asking.next(mine);
    }
  }
  return turns.flatMap((turn) => (turn.done === true ? [turn.value] : []));
}

/** A read-only question about a node and how its answer reads as a fact. */
export interface Probe<Input, Fact> {
  readonly name: string;
  readonly summary: string;
  /** Pure: throws `OUTPUT_UNREADABLE` when an answer makes no sense, and nothing else. */
  steps(input: Input): Asking<Fact>;
}

interface OneCommand<Input, A extends Ask, Fact> {
  readonly name: string;
  readonly summary: string;
  command(input: Input): Command<'observe', A>;
  parse(reply: ReplyOf<A>, input: Input): Fact;
}

/** A probe of one command, or one whose `steps` decide by an answer what to ask next. */
export function defineProbe<Input, A extends Ask, Fact>(
  probe: OneCommand<Input, A, Fact> | Probe<Input, Fact>,
): Probe<Input, Fact> {
  if ('steps' in probe) return probe;
  const { name, summary } = probe;
  return {
    name,
    summary,
    *steps(input) {
      return probe.parse(yield* ask(probe.command(input)), input);
    },
  };
}
