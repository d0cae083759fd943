import type { Ask, Command, Effect, Reply, ReplyOf } from '../core/command.ts';
import { describeAsk } from '../core/describe-ask.ts';
import { OpsError } from '../core/errors.ts';
import type { Hearing } from '../core/make.ts';
import type { Session } from '../core/session.ts';

/** A session over one function that answers every kind of question. Nothing changes a node but behind a fence. */
export const sessionOf = (
  put: (command: Command, signal?: AbortSignal, hearing?: Hearing) => Promise<Reply>,
  notes: () => readonly string[],
): Session => ({
  async ask<A extends Ask>(command: Command<Effect, A>, signal?: AbortSignal, hearing?: Hearing): Promise<ReplyOf<A>> {
    mustBeFenced(command);
    if (hearing !== undefined) mustBeHeard(command);
    const reply = await put(command, signal, hearing);
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

/** What may be sent again can't be heard: its beginning would come twice. */
function mustBeHeard({ effect, ask }: Command): void {
  if (ask.kind === 'http' && effect === 'create') return;
  throw new OpsError('DEFECT', `${describeAsk(ask)} is nothing that can be heard while it comes`);
}

function mustBeFenced({ effect, ask, fence, deadlineMs }: Command): void {
  const defect = (why: string) => new OpsError('DEFECT', `${describeAsk(ask)} ${why}`);
  if (fence === undefined) {
    if (effect === 'change') throw defect('would change the node without a fence');
    return;
  }
  if (ask.kind !== 'exec' && !(ask.kind === 'http' && ask.from === 'node'))
    throw defect('runs nothing on the node, so no fence can stand before it');
  if (fence.leaseSeconds * 1_000 <= deadlineMs) throw defect('may take longer than its lease');
}
