import type { Order, Outcome } from '../../src/core/action.ts';
import type { Command, Reply } from '../../src/core/command.ts';
import { freshLine } from './drive.ts';

const opened = freshLine();

/** Puts a change to this machine, once. */
export async function put(command: Command<'change'>, signal?: AbortSignal): Promise<Reply> {
  const session = await opened;
  return await session.ask(command, signal);
}

/** Puts a change to this machine, once, and reads what comes back. */
export const send = async ({ command, read }: Order): Promise<Outcome> => read(await put(command));
