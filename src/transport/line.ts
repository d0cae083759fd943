import { describeAsk, type Ask, type Command, type Effect, type ExecAsk, type Reply } from '../core/command.ts';
import type { FileAsk, HttpAsk } from '../core/command.ts';
import { OpsError, opsError } from '../core/errors.ts';
import { createChannels } from './channels.ts';
import type { Connection } from './connection.ts';
import { execute } from './exec.ts';
import { channelExecutor } from './exec-channel.ts';
import type { Executor, Running } from './executor.ts';
import { framedFiles } from './frame.ts';
import { createForwardedHttp } from './forwarded-http.ts';
import type { HttpClient } from './http-client.ts';
import { createSftp, NoSftp } from './sftp.ts';
import { within } from './within.ts';

/** Everything that can be asked over one connection to a node, each by the cheapest way that its sshd allows. */
export interface Line {
  ask(command: Command, signal?: AbortSignal): Promise<Reply>;
  notes(): readonly string[];
  readonly connection: Connection;
}

export function createLine(connection: Connection, connectMore: () => Promise<Connection>, here: HttpClient): Line {
  const notes = new Set<string>();
  const channels = createChannels(connection, connectMore);
  const executor = channelExecutor(channels);
  const sftp = createSftp(channels);
  const framed = framedFiles(executor);
  const http = createForwardedHttp(connection, executor, here, (note) => notes.add(note));
  const wedged = new Map<string, Promise<unknown>>();

  async function askFile(command: Command<Effect, FileAsk>, signal?: AbortSignal): Promise<Reply> {
    const start = performance.now();
    const rest = () => ({ ...command, deadlineMs: Math.max(1, command.deadlineMs - (performance.now() - start)) });
    try {
      const answer = await within(command, signal, () => sftp(command.ask));
      const reply = { ...answer, at: Date.now(), ms: performance.now() - start };
      if (answer.ok) return reply;
      if (answer.errno === 'EACCES' && command.become === 'sudo') return await framed.ask(rest(), signal);
      // SFTP has no code for most errors; a command names the true one.
      if (answer.errno === 'EIO') return await framed.ask(rest(), signal).catch(() => reply);
      return reply;
    } catch (error) {
      if (!(error instanceof NoSftp)) throw error;
      notes.add('sshd refuses SFTP: files are read by commands.');
      return framed.ask(rest(), signal);
    }
  }

  async function askExec(command: Command<Effect, ExecAsk>, signal?: AbortSignal): Promise<Reply> {
    if (!command.ask.wedges) return execute(executor, command, signal);
    const [word] = command.ask.words;
    if (wedged.has(word)) throw stillHangs(command.ask);
    let running: Running | undefined;
    try {
      return await execute(
        observed(executor, (started) => (running = started)),
        command,
        signal,
      );
    } catch (error) {
      if (running && opsError(error).code === 'DEADLINE') {
        const over = running.ended.finally(() => wedged.delete(word));
        wedged.set(word, over);
      }
      throw error;
    }
  }

  return {
    connection,
    notes: () => [...notes],
    ask(command, signal) {
      connection.gather();
      if (isExec(command)) return askExec(command, signal);
      if (isHttp(command)) return http(command, signal);
      if (isFile(command)) return askFile(command, signal);
      throw new OpsError('DEFECT', `nobody answers ${describeAsk(command.ask)}`);
    },
  };
}

type Of<A extends Ask> = Command<Effect, A>;
const isExec = (command: Command): command is Of<ExecAsk> => command.ask.kind === 'exec';
const isHttp = (command: Command): command is Of<HttpAsk> => command.ask.kind === 'http';
const isFile = (command: Command): command is Of<FileAsk> => 'path' in command.ask;

/** Hands out the running line, and never closes its channel: that it is still open is how we know that it hangs. */
const observed = (executor: Executor, started: (running: Running) => void): Executor => ({
  async start(line, outputs, signal) {
    const running = await executor.start(line, outputs, signal);
    started(running);
    return { ...running, abandon: () => running.closeInput() };
  },
});

const stillHangs = (ask: ExecAsk): OpsError =>
  new OpsError('WEDGED', `An earlier ${ask.words[0]} still hangs on the node, so it is not started again.`, {
    hint: 'A driver or daemon is stuck in the kernel; what else the node says is still good.',
  });
