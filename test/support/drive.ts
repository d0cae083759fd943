import type { Ask, Reply } from '../../src/core/command.ts';
import type { Asking } from '../../src/core/probe.ts';
import { createLocalTransport } from '../../src/transport/local.ts';
import { testNode } from './node.ts';

/** A line to this machine that has asked nothing yet. */
export const freshLine = () => createLocalTransport().open(testNode({ transport: 'local' }, 'local'));

const opened = freshLine();

/** Puts questions to this machine; what was asked and answered is added to `seen`. */
export async function drive<T>(asking: Asking<T>, seen: { ask: Ask; reply: Reply }[] = [], line = opened): Promise<T> {
  const session = await line;
  let turn = asking.next();
  while (turn.done !== true) {
    const replies = await Promise.all(turn.value.map((command) => session.ask(command)));
    seen.push(...turn.value.map(({ ask }, index) => ({ ask, reply: replies[index] as Reply })));
    turn = asking.next(replies);
  }
  return turn.value;
}
