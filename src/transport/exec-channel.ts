import type { ClientChannel } from 'ssh2';
import { OpsError } from '../core/errors.ts';
import { call } from './call.ts';
import type { Channels } from './channels.ts';
import type { Connection } from './connection.ts';
import type { Ended, Executor, Outputs, Running } from './executor.ts';

// Longer than the lifeline on the node needs to end a process tree once its input is closed.
const graceMs = 5_000;

/** Runs lines in exec channels of the node's connections. */
export const channelExecutor = (channels: Channels): Executor => ({
  async start(line, outputs, signal) {
    const { channel, connection, release } = await channels.take((on) => exec(on, line), signal);
    const running = attend(channel, connection, outputs);
    void running.ended.then(release);
    return running;
  },
});

async function exec(connection: Connection, line: string): Promise<ClientChannel> {
  try {
    return await call<ClientChannel>(connection, (done) => connection.client.exec(line, done));
  } catch (error) {
    if (error instanceof Error && error.message === 'Unable to exec')
      throw new OpsError('REFUSED_BY_NODE', 'sshd of the node refuses to run commands.', { cause: error });
    throw error;
  }
}

function attend(channel: ClientChannel, connection: Connection, outputs: Outputs): Running {
  let end: Ended = { exitCode: null, signal: null };
  let grace: NodeJS.Timeout | undefined;
  channel.on('data', (chunk: Buffer) => outputs.stdout(chunk));
  channel.stderr.on('data', (chunk: Buffer) => outputs.stderr(chunk));
  // A write to a program that has ended is no trouble of ours.
  channel.on('error', () => {});
  channel.on('exit', (exitCode: number | null, signal?: string) => {
    end = { exitCode, signal: signal ?? null };
  });
  const ended = new Promise<Ended>((resolve) => {
    const forget = connection.onLost(() => resolve({ exitCode: null, signal: null }));
    channel.on('close', () => {
      clearTimeout(grace);
      forget();
      if (channel.stderr.readableEnded) resolve(end);
      else channel.stderr.once('end', () => resolve(end));
    });
  });
  return {
    ended,
    write: (bytes) => void channel.write(bytes),
    closeInput: () => void channel.end(),
    abandon() {
      channel.end();
      grace ??= setTimeout(() => channel.close(), graceMs).unref();
    },
  };
}
