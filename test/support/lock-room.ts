import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Session } from '../../src/core/session.ts';
import { childExecutor } from '../../src/transport/child-executor.ts';
import { execute } from '../../src/transport/exec.ts';
import { httpByExec } from '../../src/transport/http-exec.ts';
import { isExecCommand, isHttpCommand } from '../../src/transport/kinds.ts';
import { sessionOf } from '../../src/transport/session.ts';

/** A node whose folders for locks are its own, so that tests beside each other do not lock each other out. */
export interface LockRoom {
  /** Words that run others in it. */
  words(inner: readonly [string, ...string[]]): [string, ...string[]];
  /** A path of it as it is seen from here. */
  seen(path: string): string;
  close(): Promise<void>;
}

export const canMakeRooms = spawnSync('unshare', ['-m', 'nsenter', '--version']).status === 0;

/** How the folders are there; `rootOnly` may all look into, and `hidden` only root. */
export const lockRooms = {
  usual: 'mount -t tmpfs -o mode=1777 none /run/lock',
  rootOnly: 'mount -t tmpfs -o mode=0755 none /run/lock; mount -t tmpfs -o mode=1777 none /tmp',
  hidden: 'mount -t tmpfs -o mode=0711 none /run/lock; mount -t tmpfs -o mode=1777 none /tmp',
  tmpOnly: 'mount -t tmpfs none /run; mount -t tmpfs -o mode=1777 none /tmp',
  ownTmp: 'mount -t tmpfs -o mode=1777 none /run/lock; mount -t tmpfs -o mode=1777 none /tmp',
} as const;

/** Makes one by constant lines of sh; it ends with this process at the latest. */
export async function lockRoom(mounts: string = lockRooms.usual): Promise<LockRoom> {
  const script = `set -e; ${mounts}; echo ready; exec cat >/dev/null`;
  const keeper = spawn('unshare', ['-m', '--propagation', 'private', '/bin/sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(keeper, 'exit');
  const [said] = await Promise.race([once(keeper.stdout, 'data'), ended]);
  if (String(said) !== 'ready\n') throw new Error(`no room for a lock: unshare ended with ${said}`);
  return {
    words: (inner) => ['nsenter', '-m', '-t', String(keeper.pid), '--', ...inner],
    seen: (path) => `/proc/${keeper.pid}/root${path}`,
    async close() {
      keeper.stdin.end();
      await ended;
    },
  };
}

/** A line to the room as a node, without sshd between. `as` are words that run others as somebody else, or elsewhere. */
export function sessionIn(
  room: LockRoom,
  { as = [], path = '' }: { as?: readonly string[]; path?: string } = {},
): Session {
  const executor = childExecutor((line) =>
    room.words(['env', `PATH=${path}${process.env['PATH']}`, ...as, '/bin/sh', '-c', line]),
  );
  return sessionOf(
    async (command, signal) => {
      if (isExecCommand(command)) return execute(executor, command, signal);
      if (isHttpCommand(command)) return httpByExec(executor, command, signal);
      throw new Error(`a ${command.ask.kind} is not for this line`);
    },
    () => [],
  );
}
