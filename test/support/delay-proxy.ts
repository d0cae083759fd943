import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy on loopback that hands every byte on `delayMs` later, in both directions: a node `2 × delayMs` away. */
export async function startDelayProxy(
  to: { host: string; port: number },
  delayMs: number,
): Promise<{ port: number; cut(): void; stop(): void }> {
  const sockets = new Set<Socket>();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const late = (from: Socket, into: Socket) => {
    from.on('data', (chunk) => setTimeout(() => into.writable && into.write(chunk), delayMs));
    from.on('close', () => setTimeout(() => into.destroy(), delayMs));
    from.on('error', () => into.destroy());
  };
  const server = createServer({ noDelay: true }, (client) => {
    const node = connect({ ...to, noDelay: true });
    for (const socket of [client, node]) sockets.add(socket.once('close', () => sockets.delete(socket)));
    late(client, node);
    late(node, client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    /** Ends every connection without a goodbye; new ones get through. */
    cut,
    stop() {
      server.close();
      cut();
    },
  };
}
