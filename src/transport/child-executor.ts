import { execa } from 'execa';
import type { Ended, Executor, Outputs, Running } from './executor.ts';

/** Words of a program on this machine, for a line that is to run under a shell somewhere. */
type Launch = (line: string) => readonly [string, ...string[]];

/** Runs lines by a program of this machine: a shell, or `ssh` to a shell elsewhere. */
export const childExecutor = (launch: Launch): Executor => ({
  async start(line, outputs) {
    const [program, ...args] = launch(line);
    return attend(program, args, outputs);
  },
});

function attend(program: string, args: readonly string[], outputs: Outputs): Running {
  const child = execa(program, args, {
    stdin: 'pipe',
    buffer: false,
    reject: false,
    encoding: 'buffer',
    cleanup: false,
  });
  child.stdout.on('data', outputs.stdout);
  child.stderr.on('data', outputs.stderr);
  // A write to a program that has ended is no trouble of ours.
  child.stdin.on('error', () => {});
  const ended = child.then(({ exitCode, signal }): Ended => ({ exitCode: exitCode ?? null, signal: signal ?? null }));
  return {
    ended,
    write: (bytes) => void child.stdin.write(bytes),
    closeInput: () => void child.stdin.end(),
    abandon() {
      child.stdin.destroy();
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}
