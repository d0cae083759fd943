import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { AuthContext } from 'ssh2';
import { runCommand } from './exec.ts';
import { forward } from './forward.ts';
import { serveFiles, type Shown } from './sftp-server.ts';

export interface SshServerOptions extends Shown {
  readonly hostKey: string;
  /** The one public key that may log in, in OpenSSH form. */
  readonly clientKey: string;
  readonly user: string;
  /** The environment of every command. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The folder of its lock, where it has one of its own. */
  readonly lock?: string | undefined;
}

export interface SshServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** A real SSH server on a free loopback port: public keys, commands, SFTP that only reads, forwarding to ports and unix sockets. */
export async function startSshServer(options: SshServerOptions): Promise<SshServer> {
  // Clients ask nobody else for a unix socket, which is OpenSSH's own kind of channel.
  const ident = 'OpenSSH_9.0 rackhand-sandbox';
  const server = new ssh2.Server({ hostKeys: [options.hostKey], ident }, (connection) => {
    connection.on('error', () => connection.end());
    connection.on('authentication', (context) => authenticate(context, options));
    connection.on('session', (accept) => {
      const session = accept();
      session.on('exec', (acceptExec, _, { command }) => runCommand(acceptExec(), command, options));
      session.on('subsystem', (acceptSubsystem, reject, { name }) => {
        if (name === 'sftp') serveFiles(acceptSubsystem(), options);
        else reject();
      });
    });
    connection.on('tcpip', (accept, reject, { destIP, destPort }) =>
      forward({ host: destIP, port: destPort }, accept, reject),
    );
    connection.on('openssh.streamlocal', (accept, reject, { socketPath }) =>
      forward({ path: socketPath }, accept, reject),
    );
  });
  const sockets = new Set<Socket>();
  // Small answers would otherwise wait 40 ms for the client's delayed acknowledgement.
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    server.injectSocket(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the SSH server has no port');
  return {
    port: address.port,
    async stop() {
      const closed = once(listener, 'close');
      listener.close();
      // A client that is frozen would never say goodbye.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function authenticate(context: AuthContext, { clientKey, user }: SshServerOptions): void {
  if (context.method !== 'publickey' || context.username !== user) return context.reject(['publickey']);
  const known = ssh2.utils.parseKey(clientKey);
  if (known instanceof Error) throw known;
  if (context.key.algo !== known.type || !context.key.data.equals(known.getPublicSSH())) {
    return context.reject(['publickey']);
  }
  // Without a signature the client only asks whether the key would do.
  if (context.signature === undefined || context.blob === undefined) return context.accept();
  // The library answers with an error object where it can not tell.
  const proven: unknown = known.verify(context.blob, context.signature, context.hashAlgo);
  return proven === true ? context.accept() : context.reject(['publickey']);
}
