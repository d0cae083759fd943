import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Client, type ClientChannel, type ConnectConfig } from 'ssh2';

export interface Ended {
  code: number | null;
  signal: string | undefined;
  stdout: string;
  stderr: string;
}

/** A plain ssh2 client, independent of the product's transport. Errors: those of ssh2, when it can not log in. */
export async function sshClient(config: ConnectConfig & { keyFile?: string }): Promise<Client> {
  const { keyFile, ...rest } = config;
  const client = new Client();
  const ready = once(client, 'ready');
  client.connect({ host: '127.0.0.1', ...(keyFile !== undefined && { privateKey: readFileSync(keyFile) }), ...rest });
  await ready;
  // A connection that is lost shows in what was asked over it; that sshd is ended before it has closed is none to tell of.
  client.on('error', () => {});
  return client;
}

export const openCommand = (client: Client, line: string): Promise<ClientChannel> =>
  new Promise((resolve, reject) => {
    client.exec(line, (error, channel) => (error ? reject(error) : resolve(channel)));
  });

/** Runs a command line to its end with all of its input. */
export async function runOver(client: Client, line: string, stdin = ''): Promise<Ended> {
  const channel = await openCommand(client, line);
  const status: { code: number | null; signal: string | undefined } = { code: null, signal: undefined };
  channel.on('exit', (code: number | null, signal?: string) => Object.assign(status, { code, signal }));
  const closed = once(channel, 'close');
  channel.end(stdin);
  const [stdout, stderr] = await Promise.all([text(channel), text(channel.stderr)]);
  await closed;
  return { ...status, stdout, stderr };
}
