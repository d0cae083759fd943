import { spawn } from 'node:child_process';
import type { ServerChannel } from 'ssh2';
import { wordsOf } from './own-lock.ts';

interface Place {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The folder of its lock, where it has one of its own. */
  readonly lock?: string | undefined;
}

/**
 * Runs a command line as sshd does: by the shell, in a session of its own, its exit status or signal told at the end.
 *
 * A client that goes away closes the command's input and outputs and kills nothing.
 */
export function runCommand(channel: ServerChannel, line: string, { env, cwd, lock }: Place): void {
  const [program, ...words] = wordsOf(line, lock);
  const child = spawn(program, words, { env, cwd, detached: true, stdio: 'pipe' });
  child.on('error', (error) => {
    channel.stderr.write(`${error.message}\n`);
    finish(channel, 127, null);
  });
  channel.pipe(child.stdin);
  child.stdin.on('error', () => {});
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on('close', (code, signal) => finish(channel, code, signal));
  channel.on('close', () => {
    child.stdin.end();
    child.stdout.destroy();
    child.stderr.destroy();
  });
}

/** The status may only follow the whole output, or a client would miss the end of it. */
function finish(channel: ServerChannel, code: number | null, signal: string | null): void {
  if (!channel.writable) return;
  channel.write(Buffer.alloc(0), () => {
    if (code === null) channel.exit((signal ?? 'SIGKILL').replace(/^SIG/, ''));
    else channel.exit(code);
    channel.end();
  });
}
