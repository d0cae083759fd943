import type { Node } from '../../src/core/node.ts';
import { lockRoom, type LockRoom } from './lock-room.ts';
import { sshNode, startSshd, type Sshd } from './sshd.ts';

/** A node behind a real sshd whose lock is its own: tests on several do not wait for each other. */
export interface Lane {
  readonly room: LockRoom;
  readonly sshd: Sshd;
  node(declared?: Record<string, unknown>, name?: string): Node;
  close(): Promise<void>;
}

export async function startLane(): Promise<Lane> {
  const room = await lockRoom();
  const sshd = await startSshd({ room });
  return {
    room,
    sshd,
    node: (declared, name) => sshNode(sshd, declared, name),
    async close() {
      await sshd.stop();
      await room.close();
    },
  };
}
