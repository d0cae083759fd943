import { CaptureBuffer } from '../core/capture.ts';
import type { Command, Effect, ExecAsk, ExecReply } from '../core/command.ts';
import type { Ended, Executor } from './executor.ts';
import { oneAtATime } from './stuck.ts';
import { tether, type Untied } from './tether.ts';

/**
 * Runs a program on the node, on a lifeline: it and all that it started end when it is given up.
 *
 * Errors: those of `tether`, and `WEDGED` while an earlier one of a program that wedges is stuck.
 */
export async function execute(
  executor: Executor,
  command: Command<Effect, ExecAsk>,
  signal?: AbortSignal,
): Promise<ExecReply> {
  const start = performance.now();
  const { ask } = command;
  const stdout = new CaptureBuffer(ask.bytes);
  const stderr = new CaptureBuffer(ask.bytes);
  const outputs = { stdout: stdout.push.bind(stdout), stderr: stderr.push.bind(stderr) };
  const ended = ask.wedges
    ? await oneAtATime(executor, command, signal, (rest, started) =>
        tether(executor, { command: rest, program: ask, outputs, started }, signal),
      )
    : await tether(executor, { command, program: ask, outputs }, signal);
  return {
    ...howItEnded(ended),
    stdout: stdout.end(),
    stderr: stderr.end(),
    at: Date.now(),
    ms: performance.now() - start,
  };
}

// Linux numbers, whatever this machine is; 0 is no signal, 16 is not used.
const signals = (
  '- HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM - ' +
  'CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'
).split(' ');

function howItEnded({ exitCode }: Untied): Ended {
  const name = signals[exitCode - 128];
  return name === undefined || name === '-' ? { exitCode, signal: null } : { exitCode: null, signal: `SIG${name}` };
}
