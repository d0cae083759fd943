import type { Command, Effect, HttpAsk, HttpTrouble, Reply, StatAsk } from '../core/command.ts';
import { opsError } from '../core/errors.ts';
import type { Hearing } from '../core/make.ts';
import { call } from './call.ts';
import type { Connection } from './connection.ts';
import type { Executor } from './executor.ts';
import { createHttpClient, type HttpClient, type HttpReply } from './http-client.ts';
import { httpByExec } from './http-exec.ts';
import type { FileAnswer } from './sftp.ts';
import { openTunnel, TunnelFailure } from './tunnel.ts';
import { within } from './within.ts';

const proofMs = 1_000;
const noted = {
  port: 'sshd refuses to forward connections: HTTP is asked by commands.',
  socket: 'sshd refuses to forward unix sockets: they are asked by commands.',
} as const;

/** Asks HTTP on the node through forwarded channels, by commands behind a fence or where sshd refuses to, or from here. */
export function createForwardedHttp(
  connection: Connection,
  executor: Executor,
  here: HttpClient,
  sftp: (ask: StatAsk) => Promise<FileAnswer>,
  note: (text: string) => void,
) {
  const client = createHttpClient((target) => openTunnel(connection, target));
  const refused = new Set<keyof typeof noted>();
  connection.onLost(() => client.close());

  const refuse = (way: keyof typeof noted) => {
    refused.add(way);
    note(noted[way]);
  };

  async function afterFailure(
    failure: TunnelFailure,
    command: Command<Effect, HttpAsk>,
    signal?: AbortSignal,
    hearing?: Hearing,
  ): Promise<Reply | Omit<HttpTrouble, 'at' | 'ms'>> {
    if (failure.why === 'prohibited') {
      refuse(command.ask.socket === undefined ? 'port' : 'socket');
      return httpByExec(executor, command, signal, hearing);
    }
    const { socket } = command.ask;
    if (socket === undefined)
      return { ok: false, reason: /timed out/.test(failure.message) ? 'timeout' : 'refused', message: failure.message };
    const seen = await sftp({ kind: 'stat', path: socket }).catch(() => undefined);
    if (seen?.ok === false && seen.errno === 'ENOENT') return { ok: false, reason: 'missing', message: seen.message };
    const reply = await httpByExec(executor, command, signal, hearing);
    // A plain command reached what sshd would not: it is the forwarding that is off.
    if ('ok' in reply && reply.ok && command.become === undefined) refuse('socket');
    return reply;
  }

  return async function ask(
    command: Command<Effect, HttpAsk>,
    signal?: AbortSignal,
    hearing?: Hearing,
  ): Promise<Reply> {
    const { ask: question, effect, fence } = command;
    const start = performance.now();
    const direct = question.from === 'here';
    if (fence !== undefined || (!direct && refused.has(question.socket === undefined ? 'port' : 'socket')))
      return httpByExec(executor, command, signal, hearing);
    const timed = (reply: HttpReply): Reply => ({ ...reply, at: Date.now(), ms: performance.now() - start });
    try {
      const once = effect !== 'observe';
      const given = new AbortController();
      const asked = () => (direct ? here : client).ask(question, { once, signal: given.signal, hearing });
      const reply = await within(command, signal, asked, () => given.abort());
      const lost = connection.lost();
      if (lost && !direct && !reply.ok) throw lost;
      return timed(reply);
    } catch (error) {
      if (error instanceof TunnelFailure) {
        const deadlineMs = Math.max(1, command.deadlineMs - (performance.now() - start));
        const reply = await afterFailure(error, { ...command, deadlineMs }, signal, hearing);
        return 'at' in reply ? reply : timed(reply);
      }
      const { code, message } = opsError(error);
      if (code !== 'DEADLINE' || !(direct || (await answers(connection)))) throw error;
      return timed({ ok: false, reason: 'timeout', message });
    }
  };
}

/** Whether the node itself still answers: only then is a silent service the service's trouble. */
function answers(connection: Connection): Promise<boolean> {
  const { client } = connection;
  // Takes back a forwarding that was never asked for: nothing changes, and sshd has to answer.
  const proof = call<undefined>(connection, (done) => client.unforwardIn('127.0.0.1', 1, () => done(null, undefined)));
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), proofMs);
    proof.then(
      () => resolve(true),
      () => resolve(false),
    );
    void proof.finally(() => clearTimeout(timer)).catch(() => {});
  });
}
