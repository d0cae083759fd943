import type { Ask, Command, Effect, Reply, ReplyOf } from '../core/command.ts';
import { opsError } from '../core/errors.ts';
import type { Hearing } from '../core/make.ts';
import type { Session } from '../core/session.ts';
import { outcome } from './audit-words.ts';

/** A question that was put to a node; `said` is missing while there is no answer. */
export interface Question {
  readonly command: Command;
  /** Epoch ms. */
  readonly at: number;
  ms: number;
  said: string | undefined;
}

interface Ledger {
  asked(question: Question): void;
  answered(): void;
  /** Before a change is sent; what it gives back is told how it ended. Errors: `AUDIT_FAILED`. */
  intends(command: Command): Promise<(ms: number, said: string) => Promise<void>>;
}

/** A line to a node on which nothing is put unseen. */
export function audited(session: Session, ledger: Ledger): Session {
  async function look<A extends Ask>(command: Command<Effect, A>, signal?: AbortSignal): Promise<ReplyOf<A>> {
    const start = performance.now();
    const question: Question = { command, at: Date.now(), ms: 0, said: undefined };
    ledger.asked(question);
    return await told(
      () => session.ask(command, signal),
      (said) => {
        question.ms = performance.now() - start;
        question.said = said;
        ledger.answered();
      },
    );
  }

  async function change<A extends Ask>(
    command: Command<Effect, A>,
    signal?: AbortSignal,
    hearing?: Hearing,
  ): Promise<ReplyOf<A>> {
    const ends = await ledger.intends(command);
    const start = performance.now();
    return await told(
      () => session.ask(command, signal, hearing),
      (said) => ends(performance.now() - start, said),
    );
  }

  return {
    ask: (command, signal, hearing) =>
      command.effect === 'observe' ? look(command, signal) : change(command, signal, hearing),
    notes: () => session.notes(),
  };
}

/** An answer, when somebody was told how it ended. */
async function told<Answer extends Reply>(
  ask: () => Promise<Answer>,
  tell: (said: string) => void | Promise<void>,
): Promise<Answer> {
  try {
    const reply = await ask();
    await tell(outcome(reply));
    return reply;
  } catch (thrown) {
    await tell(opsError(thrown).code);
    throw thrown;
  }
}
