import { execFile } from 'node:child_process';
import { lstat, open, readlink, stat } from 'node:fs/promises';
import { request, Agent } from 'undici';
import { capture } from '../../src/core/capture.ts';
import type { Ask, ExecAsk, HttpAsk, Reply } from '../../src/core/command.ts';
import type { Asking } from '../../src/core/probe.ts';

/** Answers to questions of one kind of look, straight from this machine. */
export async function drive<T>(asking: Asking<T>, seen: { ask: Ask; reply: Reply }[] = []): Promise<T> {
  let turn = asking.next();
  while (turn.done !== true) {
    const replies = await Promise.all(
      turn.value.map(async ({ ask }) => {
        const reply = await answer(ask);
        seen.push({ ask, reply });
        return reply;
      }),
    );
    turn = asking.next(replies);
  }
  return turn.value;
}

const timed = { at: 0, ms: 0 };

async function answer(ask: Ask): Promise<Reply> {
  if (ask.kind === 'exec') return await execute(ask);
  if (ask.kind === 'http') return await fetched(ask);
  try {
    if (ask.kind === 'stat') {
      const found = await stat(ask.path);
      const link = (await lstat(ask.path)).isSymbolicLink() ? { link: await readlink(ask.path) } : {};
      const type = found.isSocket() ? 'socket' : found.isDirectory() ? 'directory' : 'file';
      const { size, mtimeMs, mode, uid, gid } = found;
      return { ok: true, type, size, mtimeMs, mode, uid, gid, ...link, ...timed };
    }
    if (ask.kind !== 'read' && ask.kind !== 'tail') throw new Error(`${ask.kind} is not asked by a service manager`);
    const file = await open(ask.path);
    try {
      const { size } = await file.stat();
      const offset = ask.kind === 'tail' ? Math.max(0, size - ask.bytes) : ask.offset;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(ask.bytes), 0, ask.bytes, offset);
      return { ok: true, bytes: new Uint8Array(buffer.subarray(0, bytesRead)), offset, size, ...timed };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === '') throw error;
    return { ok: false, errno: code, message, ...timed };
  }
}

const execute = ({ words: [program, ...words], stdin = '' }: ExecAsk) =>
  new Promise<Reply>((resolve) => {
    const child = execFile(program, words, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code === 'ENOENT' ? 127 : Number(error.code);
      resolve({ exitCode, signal: null, stdout: capture(stdout), stderr: capture(stderr), ...timed });
    });
    child.stdin?.end(stdin);
  });

async function fetched({ url, socket, method, headers, body }: HttpAsk): Promise<Reply> {
  const dispatcher = new Agent(socket === undefined ? {} : { connect: { socketPath: socket } });
  try {
    const reply = await request(url, { method, headers, body: body ?? null, dispatcher });
    return { ok: true, status: reply.statusCode, headers: {}, body: capture(await reply.body.text()), ...timed };
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const reason = ({ ENOENT: 'missing', ECONNREFUSED: 'refused', EACCES: 'denied' } as const)[code] ?? 'reset';
    return { ok: false, reason, message, ...timed };
  } finally {
    await dispatcher.close();
  }
}
