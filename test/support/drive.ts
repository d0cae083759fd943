import type { Ask, Reply } from '../../src/core/command.ts';
import type { Asking } from '../../src/core/probe.ts';
import { createLocalTransport } from '../../src/transport/local.ts';
import { testNode } from './node.ts';

const opened = createLocalTransport().open(testNode({ transport: 'local' }, 'local'));

/** Puts questions to this machine; what was asked and answered is added to `seen`. */
export async function drive<T>(asking: Asking<T>, seen: { ask: Ask; reply: Reply }[] = []): Promise<T> {
  const session = await opened;
  let turn = asking.next();
  while (turn.done !== true) {
    const replies = await Promise.all(turn.value.map((command) => session.ask(command)));
    seen.push(...turn.value.map(({ ask }, index) => ({ ask, reply: replies[index] as Reply })));
    turn = asking.next(replies);
  }
  return turn.value;
}
