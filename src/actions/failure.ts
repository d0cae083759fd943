import type { Outcome } from '../core/action.ts';
import type { ExecReply } from '../core/command.ts';
import { bothOutputs } from '../core/reply.ts';

const mostSaid = 1_500;

/** That a program failed: the sentence for its exit code, where there is one, and the end of what it said. */
export function failure(reply: ExecReply, sentences: Readonly<Record<number, string>> = {}): Outcome {
  const { exitCode, signal } = reply;
  const ended = exitCode === null ? `It was ended by ${signal ?? 'a signal'}.` : `It ended with exit code ${exitCode}.`;
  const said = bothOutputs(reply).slice(-mostSaid);
  return { how: 'failed', said: [sentences[exitCode ?? 0] ?? ended, said].filter(Boolean).join('\n') };
}
