import type { ClientChannel } from 'ssh2';
import { OpsError } from '../core/errors.ts';
import { call } from './call.ts';
import type { Channels } from './channels.ts';
import type { Connection } from './connection.ts';
import type { Ended, Executor, Outputs, Running } from './executor.ts';

// Longer than the lifeline on the node needs to end a process tree once its input is closed.
const graceMs = 5_000;

/** Runs lines in exec channels of the node's connections, and counts them: `counted` gets +1 and -1. */
export const channelExecutor = (channels: Channels, counted: (more: 1 | -1) => void): Executor => ({
  async start(line, outputs, signal) {
    const { channel: running, release } = await channels.take((on) => exec(on, line, outputs), signal);
    counted(1);
    void running.ended.then(() => {
      counted(-1);
      release();
    });
    return running;
  },
});

async function exec(connection: Connection, line: string, outputs: Outputs): Promise<Running> {
  try {
    return await call<Running>(connection, (done, fail) =>
      connection.client.exec(line, (error, channel) => {
        if (error) return fail(error);
        // At once: the output and the end of a quick program come in the packet that says it has started.
        done(undefined, attend(channel, connection, outputs));
      }),
    );
  } catch (error) {
    if (error instanceof Error && error.message === 'Unable to exec')
      throw new OpsError('REFUSED_BY_NODE', 'sshd of the node refuses to run commands.', { cause: error });
    throw error;
  }
}

function attend(channel: ClientChannel, connection: Connection, outputs: Outputs): Running {
  let grace: NodeJS.Timeout | undefined;
  channel.on('data', (chunk: Buffer) => outputs.stdout(chunk));
  channel.stderr.on('data', (chunk: Buffer) => outputs.stderr(chunk));
  // A write to a program that has ended is no trouble of ours.
  channel.on('error', () => {});
  const ended = new Promise<Ended>((resolve) => {
    const forget = connection.onLost(() => resolve({ exitCode: null, signal: null }));
    channel.on('close', (exitCode: number | null = null, signal: string | null = null) => {
      clearTimeout(grace);
      forget();
      const end: Ended = { exitCode, signal };
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
