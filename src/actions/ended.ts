import type { Outcome } from '../core/action.ts';
import type { ExecReply } from '../core/command.ts';
import { bothOutputs } from '../core/reply.ts';

const mostSaid = 1_500;

/** How a program ended: where it failed, the sentence for its exit code, if there is one, and the end of what it said. */
export function ended(reply: ExecReply, sentences: Readonly<Record<number, string>> = {}): Outcome {
  const { exitCode, signal } = reply;
  if (exitCode === 0) return { how: 'done', said: '' };
  const plain = exitCode === null ? `It was ended by ${signal ?? 'a signal'}.` : `It ended with exit code ${exitCode}.`;
  const said = bothOutputs(reply).slice(-mostSaid);
  return { how: 'failed', said: [sentences[exitCode ?? 0] ?? plain, said].filter(Boolean).join('\n') };
}
