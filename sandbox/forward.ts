import { connect, type NetConnectOpts } from 'node:net';
import type { ServerChannel } from 'ssh2';

/** Joins a channel to a port or a unix socket of this machine; what can't be connected to is refused. */
export function forward(to: NetConnectOpts, accept: () => ServerChannel, reject: () => void): void {
  const socket = connect(to);
  socket.once('error', reject);
  socket.once('connect', () => {
    socket.off('error', reject);
    const channel = accept();
    socket.on('error', () => channel.end());
    channel.on('error', () => socket.destroy());
    channel.on('close', () => socket.destroy());
    channel.pipe(socket).pipe(channel);
  });
}
