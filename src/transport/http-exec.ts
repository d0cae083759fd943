import { CaptureBuffer, captured } from '../core/capture.ts';
import type { Command, Effect, HttpAnswer, HttpAsk, HttpTrouble, HttpTroubleReason } from '../core/command.ts';
import { OpsError } from '../core/errors.ts';
import type { Hearing } from '../core/make.ts';
import { clean } from '../core/text.ts';
import { createAnswerReader } from './http-answer.ts';
import { curl, python } from './http-programs.ts';
import type { Executor } from './executor.ts';
import { createIntake, type Intake } from './intake.ts';
import { tether } from './tether.ts';

const complaintBytes = 16_384;

/**
 * Asks HTTP on the node by a program there, where the connection can't be forwarded or a fence stands before the request:
 * curl, else python3. Everything about the request goes over its input, so that no secret stands in the list of processes.
 *
 * Errors: those of `tether`, and `REFUSED_BY_NODE` where neither program is there.
 */
export async function httpByExec(
  executor: Executor,
  command: Command<Effect, HttpAsk>,
  signal?: AbortSignal,
  hearing?: Hearing,
): Promise<HttpAnswer | HttpTrouble> {
  const start = performance.now();
  const own = new AbortController();
  let given: Omit<HttpTrouble, 'at' | 'ms'> | undefined;
  const intake = createIntake(command.ask.bytes, hearing, (why) => {
    given = why;
    own.abort();
  });
  const signals = hearing === undefined ? signal : AbortSignal.any([own.signal, ...(signal ? [signal] : [])]);
  try {
    return await asked(executor, command, { signal: signals, intake, start });
  } catch (thrown) {
    if (given === undefined) throw thrown;
    return { ...given, at: Date.now(), ms: performance.now() - start };
  } finally {
    intake.close();
  }
}

interface Asked {
  readonly signal: AbortSignal | undefined;
  readonly intake: Intake;
  readonly start: number;
}

async function asked(
  executor: Executor,
  command: Command<Effect, HttpAsk>,
  { signal, intake, start }: Asked,
): Promise<HttpAnswer | HttpTrouble> {
  for (const { program, reasonOf } of [curl, python]) {
    const left = Math.max(1, command.deadlineMs - (performance.now() - start));
    const reader = createAnswerReader(intake);
    const complaints = new CaptureBuffer(complaintBytes);
    const { exitCode, notFound } = await tether(
      executor,
      {
        command: { ...command, deadlineMs: left },
        // It has to tell that it waited in vain before the deadline has passed here.
        program: program(command.ask, (left - Math.min(2_000, left / 3)) / 1_000),
        outputs: { stdout: reader.push, stderr: complaints.push.bind(complaints) },
      },
      signal,
    );
    if (notFound) continue;
    const timed = { at: Date.now(), ms: performance.now() - start };
    const answer = reader.end();
    if (exitCode === 0 && answer) return { ok: true, ...answer, ...timed };
    return { ok: false, ...reasonOf(exitCode, clean(captured(complaints.end()))), ...timed };
  }
  throw command.fence === undefined
    ? new OpsError('REFUSED_BY_NODE', 'The node has neither curl nor python3, and its sshd does not forward.', {
        hint: 'Install curl there, or allow forwarding in its sshd_config.',
      })
    : new OpsError('REFUSED_BY_NODE', 'The node has neither curl nor python3, and a change is sent by no other way.', {
        hint: 'Install curl there.',
      });
}

export type Why = { readonly reason: HttpTroubleReason; readonly message: string };
