import type { Transport } from '../core/session.ts';
import { createPool } from './pool.ts';
import { sessionOf } from './session.ts';

export interface SshOptions {
  /** A connection that nobody used for this long is closed; the next question opens it again. */
  readonly idleMs?: number;
}

/** Reaches nodes by SSH from within this process: one connection for each, kept and shared by all who ask. */
export function createSshTransport({ idleMs = 300_000 }: SshOptions = {}): Transport {
  const pool = createPool(idleMs);
  return {
    async open(node, signal) {
      await pool.open(node, signal);
      const unproven =
        node.host_key === 'ephemeral' ? [`The host key of ${node.name} is not checked (host_key: ephemeral).`] : [];
      return sessionOf(
        (command, abort) => pool.ask(node, command, abort),
        () => [...unproven, ...pool.notes(node)],
      );
    },
    close: () => pool.close(),
  };
}
