import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { call, connectFailed, openFailure, prohibited } from './call.ts';
import type { Connection } from './connection.ts';

/** Why a stream to a port or socket of the node could not be made. */
export class TunnelFailure extends Error {
  /** `prohibited`: sshd does not forward; `refused`: nobody listens; `unclear`: sshd does not say which. */
  readonly why: 'prohibited' | 'refused' | 'unresolved' | 'unclear';
  constructor(why: TunnelFailure['why'], message: string) {
    super(message);
    this.why = why;
  }
}

export type Target = { readonly socket: string } | { readonly host: string; readonly port: number };

/** A stream to a port or a unix socket on the node, through the connection. Errors: `TunnelFailure`, `LINK_LOST`. */
export async function openTunnel(connection: Connection, target: Target): Promise<Duplex> {
  const { client } = connection;
  try {
    return asSocket(
      await call<ClientChannel>(connection, (done) =>
        'socket' in target
          ? client.openssh_forwardOutStreamLocal(target.socket, done)
          : client.forwardOut('127.0.0.1', 0, target.host, target.port, done),
      ),
      connection,
    );
  } catch (error) {
    const reason = openFailure(error);
    if (reason === undefined || !(error instanceof Error)) throw error;
    const message = error.message.replace('(SSH) Channel open failure: ', '');
    if (reason === prohibited) throw new TunnelFailure('prohibited', 'sshd refuses forwarding');
    // For a unix socket sshd gives the same answer whether it is missing, stale, denied, or forwarding is off.
    if ('socket' in target || reason !== connectFailed) throw new TunnelFailure('unclear', message);
    if (message === 'Connection refused') throw new TunnelFailure('refused', message);
    throw new TunnelFailure(/not known|resolution/.test(message) ? 'unresolved' : 'unclear', message);
  }
}

/**
 * The channel with the manners of a socket: it is gone at once when destroyed, and closed on the node when either side
 * ends. ssh2's own stream reports its close only after all of it was read, and keeps a forwarded channel half open.
 */
function asSocket(channel: ClientChannel, connection: Connection): Duplex {
  const socket = new Duplex({
    read: () => void channel.resume(),
    write(chunk: Buffer, _, done) {
      connection.gather();
      channel.write(chunk, done);
    },
    final(done) {
      channel.end();
      done();
    },
    destroy(error, done) {
      forget();
      channel.destroy();
      channel.resume();
      done(error);
    },
  });
  const forget = connection.onLost((error) => socket.destroy(error));
  channel.pause();
  channel.on('data', (chunk: Buffer) => {
    if (!socket.push(chunk)) channel.pause();
  });
  channel.on('end', () => socket.push(null));
  // What was pushed is still to be read, so the socket ends here and is destroyed when it is through.
  channel.on('close', () => {
    socket.push(null);
    socket.end();
  });
  channel.on('error', (error: Error) => socket.destroy(error));
  return socket;
}
