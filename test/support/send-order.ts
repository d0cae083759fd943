import type { Order, Outcome } from '../../src/core/action.ts';
import type { Session } from '../../src/core/session.ts';

/** Puts the command of an order to a node, and reads what came back. */
export const sendOrder = async (session: Session, { command, read }: Order): Promise<Outcome> =>
  read(await session.ask(command));
