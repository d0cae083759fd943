import type { Transport } from '../core/session.ts';
import { createPool } from './pool.ts';

export interface SshOptions {
  /** A connection that nobody used for this long is closed; the next question opens it again. */
  readonly idleMs?: number;
}

/** Reaches nodes by SSH from within this process: one connection for each, kept and shared by all who ask. */
export const createSshTransport = ({ idleMs = 300_000 }: SshOptions = {}): Transport => createPool(idleMs);
