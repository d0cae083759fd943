import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { run, type Command, type Effect, type HttpAsk, type Reply } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Hearing } from '../core/make.ts';
import { execute } from './exec.ts';
import type { Executor } from './executor.ts';
import { createHttpClient, type HttpClient, type HttpReply } from './http-client.ts';
import { httpByExec } from './http-exec.ts';
import type { Master } from './openssh-master.ts';
import { within } from './within.ts';

const proofMs = 2_000;

/** `ssh` made no forwarding. */
class NotForwarded extends Error {}

/** Asks HTTP on the node through a socket that `ssh` forwards; by a program there, where that brings no answer. */
export function createOpensshHttp(master: Master, executor: Executor, here: HttpClient) {
  const client = createHttpClient(async (target) => {
    const socket = await master.forward(target);
    if (socket === undefined) throw new NotForwarded('ssh does not forward');
    return connected(socket);
  });

  async function ask(command: Command<Effect, HttpAsk>, signal?: AbortSignal, hearing?: Hearing): Promise<Reply> {
    if (command.fence !== undefined) return await httpByExec(executor, command, signal, hearing);
    const start = performance.now();
    const direct = command.ask.from === 'here';
    const given = new AbortController();
    const once = command.effect !== 'observe';
    const timed = (reply: HttpReply): Reply => ({ ...reply, at: Date.now(), ms: performance.now() - start });
    const rest = () => ({ ...command, deadlineMs: Math.max(1, command.deadlineMs - (performance.now() - start)) });
    const asked = () => (direct ? here : client).ask(command.ask, { once, signal: given.signal, hearing });
    try {
      const reply = await within(command, signal, asked, () => given.abort());
      // A closed stream is all that we see of a port that refuses, and of a forwarding that sshd does not allow.
      const unclear = !reply.ok && !direct && (reply.reason === 'reset' || reply.reason === 'protocol');
      return unclear && !once ? await httpByExec(executor, rest(), signal) : timed(reply);
    } catch (error) {
      if (error instanceof NotForwarded) return await httpByExec(executor, rest(), signal, hearing);
      if (!(error instanceof OpsError) || error.code !== 'DEADLINE') throw error;
      // Only where the node itself still answers is a silent service the service's trouble.
      if (!direct) await execute(executor, run(['true'], { deadlineMs: proofMs }), signal);
      return timed({ ok: false, reason: 'timeout', message: error.message });
    }
  }
  return { ask, close: () => client.close() };
}

const connected = (path: string): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
