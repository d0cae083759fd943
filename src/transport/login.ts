import type { Duplex } from 'node:stream';
import { Client, type Algorithms, type AnyAuthMethod, type ConnectConfig } from 'ssh2';
import { DroppedBeforeHandshake } from './handshakes.ts';
import type { Hop } from './route.ts';

const handshakeMs = 15_000;
// Three unanswered pings: a frozen link is found 12 s after its last word.
const keepalive = { keepaliveInterval: 4_000, keepaliveCountMax: 2 };

/** What it takes to log in to one hop. */
export interface Login {
  readonly hop: Hop;
  readonly methods: readonly AnyAuthMethod[];
  readonly offer: Algorithms;
  /** Rejects with the reason why this key is not accepted. */
  readonly verify: (key: Buffer) => Promise<void>;
}

/**
 * Logs in over an open stream, which is destroyed when that fails.
 *
 * Errors: those of `verify` and of ssh2, and `DroppedBeforeHandshake`.
 */
export function login({ hop, methods, offer, verify }: Login, sock: Duplex): Promise<Client> {
  const client = new Client();
  let refused: unknown;
  let greeted = false;
  const config: ConnectConfig = {
    ...keepalive,
    sock,
    username: hop.user,
    algorithms: offer,
    readyTimeout: handshakeMs,
    // Beginning with a key instead of ssh2's own "none" saves a round trip and sshd's penalty for a failed try.
    authHandler: [...methods],
    hostVerifier: (key: Buffer, accept: (valid: boolean) => void) => {
      greeted = true;
      verify(key).then(
        () => accept(true),
        (error: unknown) => {
          refused = error;
          accept(false);
        },
      );
    },
  };
  return new Promise((resolve, reject) => {
    client.on('error', (error) => {
      // An agent that fails is one method less; ssh2 goes on to the next.
      if ('level' in error && error.level === 'agent') return;
      const silent = !greeted && (/before handshake/.test(error.message) || isReset(error));
      reject(refused ?? (silent ? new DroppedBeforeHandshake(error.message, { cause: error }) : error));
      sock.destroy();
    });
    client.once('close', () => reject(refused ?? new Error('the connection was closed during the handshake')));
    client.once('ready', () => resolve(client));
    client.connect(config);
  });
}

const isReset = (error: Error): boolean => 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
