import type { Order, Outcome } from '../../src/core/action.ts';
import { freshLine } from './drive.ts';

const opened = freshLine();

/** Puts a change to this machine, once, and reads what comes back. */
export async function send({ command, read }: Order): Promise<Outcome> {
  const session = await opened;
  return read(await session.ask(command));
}
