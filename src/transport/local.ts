import { userInfo } from 'node:os';
import type { Command, Effect, FileAsk, HttpAsk, Reply } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Session, Transport } from '../core/session.ts';
import type { Hearing } from '../core/make.ts';
import { childExecutor } from './child-executor.ts';
import { execute } from './exec.ts';
import { framedFiles } from './frame.ts';
import { createHttpClient } from './http-client.ts';
import { httpByExec } from './http-exec.ts';
import { isExecCommand, isFileCommand, isHttpCommand } from './kinds.ts';
import { localFile } from './local-files.ts';
import { sessionOf } from './session.ts';
import { within } from './within.ts';

const denied = new Set(['EACCES', 'EPERM']);

/** The machine that this program runs on, behind the same interface as a node far away. */
export function createLocalTransport(): Transport {
  const executor = childExecutor((line) => ['/bin/sh', '-c', line]);
  const framed = framedFiles(executor);
  const client = createHttpClient();
  const isRoot = userInfo().uid === 0;
  const hanging = new Set<string>();

  async function askFile(command: Command<Effect, FileAsk>, signal?: AbortSignal): Promise<Reply> {
    const start = performance.now();
    const { path } = command.ask;
    if (hanging.has(path)) throw wedged(path);
    const answering = localFile(command.ask);
    const answer = await within(
      command,
      signal,
      () => answering,
      () => {
        hanging.add(path);
        void answering.catch(() => {}).then(() => hanging.delete(path));
      },
    );
    if (!answer.ok && denied.has(answer.errno) && command.become === 'sudo' && !isRoot)
      return framed.ask(command, signal);
    return { ...answer, at: Date.now(), ms: performance.now() - start };
  }

  async function askHttp(command: Command<Effect, HttpAsk>, signal?: AbortSignal, hearing?: Hearing): Promise<Reply> {
    if (command.fence !== undefined) return await httpByExec(executor, command, signal, hearing);
    const start = performance.now();
    const once = command.effect !== 'observe';
    const given = new AbortController();
    const timed = <T extends object>(reply: T) => ({ ...reply, at: Date.now(), ms: performance.now() - start });
    const asked = () => client.ask(command.ask, { once, signal: given.signal, hearing });
    try {
      const reply = timed(await within(command, signal, asked, () => given.abort()));
      if (!reply.ok && reply.reason === 'denied' && command.become === 'sudo' && !isRoot)
        return await httpByExec(executor, command, signal, hearing);
      return reply;
    } catch (error) {
      if (!(error instanceof OpsError) || error.code !== 'DEADLINE') throw error;
      return timed({ ok: false as const, reason: 'timeout' as const, message: error.message });
    }
  }

  const session: Session = sessionOf(
    async (command, signal, hearing) => {
      if (isExecCommand(command)) return execute(executor, command, signal);
      if (isHttpCommand(command)) return askHttp(command, signal, hearing);
      if (isFileCommand(command)) return askFile(command, signal);
      throw new OpsError('DEFECT', `nobody answers a ${command.ask.kind}`);
    },
    () => [],
  );
  return {
    open: async () => session,
    async close() {
      client.close();
    },
  };
}

const wedged = (path: string): OpsError =>
  new OpsError('WEDGED', `${path} did not answer an earlier question, which still hangs.`, {
    hint: 'See whether its filesystem, a network mount perhaps, is alive.',
  });
