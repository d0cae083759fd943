import type { Ask, Command, Effect, Reply, ReplyOf } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Session } from '../core/session.ts';

/** A session over one function that answers every kind of question. */
export const sessionOf = (
  put: (command: Command, signal?: AbortSignal) => Promise<Reply>,
  notes: () => readonly string[],
): Session => ({
  async ask<A extends Ask>(command: Command<Effect, A>, signal?: AbortSignal): Promise<ReplyOf<A>> {
    const reply = await put(command, signal);
    if (answersTo(reply, command.ask)) return reply;
    throw new OpsError('DEFECT', `a ${command.ask.kind} was answered as something else`);
  },
  notes,
});

function answersTo<A extends Ask>(reply: Reply | ReplyOf<A>, { kind }: A): reply is ReplyOf<A> {
  const known: Reply = reply;
  if (kind === 'exec') return 'exitCode' in known;
  if (kind === 'http') return 'status' in known || 'reason' in known;
  return !('exitCode' in known || 'status' in known || 'reason' in known);
}
