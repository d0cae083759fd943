import type { Node } from '../../src/core/node.ts';
import { lockRoom, lockRooms, type LockRoom } from './lock-room.ts';
import { sshNode, startSshd, type Sshd } from './sshd.ts';

/** A node behind a real sshd whose lock is its own: tests on several do not wait for each other. */
export interface Lane {
  readonly room: LockRoom;
  readonly sshd: Sshd;
  node(declared?: Record<string, unknown>, name?: string): Node;
  close(): Promise<void>;
}

/** `mounts` are further lines of sh that mount what only this node has. */
export async function startLane(mounts = ''): Promise<Lane> {
  const room = await lockRoom(`${lockRooms.usual}${mounts === '' ? '' : `; ${mounts}`}`);
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
