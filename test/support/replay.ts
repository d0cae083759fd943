import { readFileSync } from 'node:fs';
import { capture } from '../../src/core/capture.ts';
import type { Reply } from '../../src/core/command.ts';
import type { Asking, Probe } from '../../src/core/probe.ts';

/** A recorded reply in the short form of the fixtures; `file` names a recording beside the fixture. */
export interface RecordedReply {
  read?: { text?: string; base64?: string; file?: string; offset?: number; size?: number };
  exec?: { exitCode: number | null; signal?: string; stdout?: string; stdoutFile?: string; stderr?: string };
  http?: { status: number; body?: string; bodyFile?: string; headers?: Record<string, string> };
  stat?: object;
  list?: { entries: object[]; omitted?: number };
  space?: object;
  trouble?: { errno: string; message?: string; link?: string };
  httpTrouble?: { reason: string; message?: string };
}

const timed = { at: 1_795_252_851_000, ms: 1 };

export function reply(recorded: RecordedReply, folder: URL): Reply {
  const file = (name: string) => readFileSync(new URL(name, folder));
  const { read, exec, http, trouble, httpTrouble } = recorded;
  if (read) {
    const bytes = read.file
      ? file(read.file)
      : Buffer.from(read.text ?? read.base64 ?? '', read.text === undefined ? 'base64' : 'utf8');
    return {
      ok: true,
      bytes: new Uint8Array(bytes),
      offset: read.offset ?? 0,
      size: read.size ?? bytes.length,
      ...timed,
    };
  }
  if (exec) {
    const stdout = exec.stdoutFile ? file(exec.stdoutFile).toString() : (exec.stdout ?? '');
    return {
      exitCode: exec.exitCode,
      signal: exec.signal ?? null,
      stdout: capture(stdout),
      stderr: capture(exec.stderr ?? ''),
      ...timed,
    };
  }
  if (http) {
    const body = http.bodyFile ? file(http.bodyFile).toString() : (http.body ?? '');
    return { ok: true, status: http.status, headers: http.headers ?? {}, body: capture(body), ...timed };
  }
  if (trouble) return { ok: false, message: trouble.errno, ...trouble, ...timed };
  if (httpTrouble) return { ok: false, message: httpTrouble.reason, ...httpTrouble, ...timed } as Reply;
  const file0 = { type: 'file', size: 0, mtimeMs: 0, mode: 0o644, uid: 0, gid: 0 };
  if (recorded.list) {
    return {
      ok: true,
      entries: recorded.list.entries.map((entry) => ({ ...file0, ...entry })),
      omitted: recorded.list.omitted ?? 0,
      ...timed,
    } as unknown as Reply;
  }
  return { ok: true, ...(recorded.stat ? { ...file0, ...recorded.stat } : recorded.space), ...timed } as Reply;
}

/** Drives a probe with recorded replies, one list for each time it asks. */
export const replay = <Fact>(probe: Probe<never, Fact>, input: unknown, replies: readonly (readonly Reply[])[]): Fact =>
  replayed(probe.name, probe.steps(input as never), replies);

/** The same with any questions. */
export function replayed<T>(name: string, asking: Asking<T>, replies: readonly (readonly Reply[])[]): T {
  let turn = asking.next();
  for (const answers of replies) {
    if (turn.done) throw new Error(`${name} asked less often than recorded`);
    if (turn.value.length !== answers.length)
      throw new Error(`${name} asked ${turn.value.length} commands, recorded are ${answers.length}`);
    turn = asking.next(answers);
  }
  if (!turn.done) throw new Error(`${name} asks more than was recorded: ${JSON.stringify(turn.value)}`);
  return turn.value;
}
