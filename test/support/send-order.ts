import { afterAll } from 'vitest';
import type { Order, Outcome } from '../../src/core/action.ts';
import type { Command, Reply } from '../../src/core/command.ts';
import { takeNodeLock } from '../../src/engine/node-lock.ts';
import { lockRoom, sessionIn, type LockRoom } from './lock-room.ts';
import { testNode } from './node.ts';

const leaseSeconds = 120;
let own: Promise<LockRoom> | undefined;
let turn: Promise<unknown> = Promise.resolve();

afterAll(async () => {
  await (await own)?.close();
});

/** Puts a change to this machine, once, behind a lock that no other test knows. */
export function put(command: Command<'change'>, signal?: AbortSignal): Promise<Reply> {
  const sent = turn.then(async () => {
    const session = sessionIn(await (own ??= lockRoom()));
    const lock = await takeNodeLock({ session, node: testNode(), owner: 'test', run: 'r-1', leaseSeconds });
    try {
      const fence = { token: lock.token, leaseSeconds: Math.max(leaseSeconds, command.deadlineMs / 1_000 + 15) };
      return await session.ask({ ...command, fence }, signal);
    } finally {
      await lock.release();
    }
  });
  turn = sent.catch(() => undefined);
  return sent;
}

/** Puts a change to this machine, once, and reads what comes back. */
export const send = async ({ command, read }: Order): Promise<Outcome> => read(await put(command));
