import type { Ask, Command, Effect, ExecAsk, Reply } from '../core/command.ts';
import { describeAsk } from '../core/describe-ask.ts';
import type { FileAsk, HttpAsk } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Hearing } from '../core/make.ts';
import { createChannels } from './channels.ts';
import type { Connection } from './connection.ts';
import { execute } from './exec.ts';
import { channelExecutor } from './exec-channel.ts';
import { framedFiles } from './frame.ts';
import { createForwardedHttp } from './forwarded-http.ts';
import type { HttpClient } from './http-client.ts';
import { createSftp } from './sftp.ts';
import { NoSftp } from './sftp-desk.ts';
import { within } from './within.ts';

/** Everything that can be asked over one connection to a node, each by the cheapest way that its sshd allows. */
export interface Line {
  ask(command: Command, signal?: AbortSignal, hearing?: Hearing): Promise<Reply>;
  notes(): readonly string[];
  /** A program still runs on it, also one that nobody waits for any more. */
  busy(): boolean;
  readonly connection: Connection;
}

export function createLine(connection: Connection, connectMore: () => Promise<Connection>, here: HttpClient): Line {
  const notes = new Set<string>();
  const channels = createChannels(connection, connectMore);
  let running = 0;
  const executor = channelExecutor(channels, (more) => (running += more));
  const sftp = createSftp(channels);
  const framed = framedFiles(executor);
  const http = createForwardedHttp(connection, executor, here, sftp, (note) => notes.add(note));

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
      notes.add(error.message);
      return framed.ask(rest(), signal);
    }
  }

  return {
    connection,
    notes: () => [...notes],
    busy: () => running > 0,
    ask(command, signal, hearing) {
      connection.gather();
      if (isExec(command)) return execute(executor, command, signal);
      if (isHttp(command)) return http(command, signal, hearing);
      if (isFile(command)) return askFile(command, signal);
      throw new OpsError('DEFECT', `nobody answers ${describeAsk(command.ask)}`);
    },
  };
}

type Of<A extends Ask> = Command<Effect, A>;
const isExec = (command: Command): command is Of<ExecAsk> => command.ask.kind === 'exec';
const isHttp = (command: Command): command is Of<HttpAsk> => command.ask.kind === 'http';
const isFile = (command: Command): command is Of<FileAsk> => 'path' in command.ask;
