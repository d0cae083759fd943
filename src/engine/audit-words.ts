import type { Command, Reply } from '../core/command.ts';
import { askWords } from './ask-words.ts';

const mostCharacters = 300;

/** What was put to a node, for the audit: in short, and with whose rights; of what is to be made, how many bytes say so. */
export function auditWords(
  { ask, become, effect }: Pick<Command, 'ask' | 'become' | 'effect'>,
  secrets: readonly string[],
): string {
  const said = askWords(ask, secrets) + (effect === 'create' && 'body' in ask ? ` (${bytesOf(ask.body)} bytes)` : '');
  const whole = become === undefined ? said : `${become} ${said}`;
  return whole.length <= mostCharacters ? whole : `${whole.slice(0, mostCharacters)}…`;
}

/** Of a question that was given up while it waited. */
export const noAnswer = 'no answer';

/** How a command ended, in a word or two. */
export function outcome(reply: Reply): string {
  if ('exitCode' in reply) return reply.exitCode === null ? (reply.signal ?? 'no exit') : `exit ${reply.exitCode}`;
  if ('status' in reply) {
    const { totalBytes, omittedBytes } = reply.body;
    // Nothing of it was kept: somebody heard it.
    const heard = totalBytes > 0 && totalBytes === omittedBytes;
    return heard ? `HTTP ${reply.status}, ${totalBytes} bytes` : `HTTP ${reply.status}`;
  }
  if (reply.ok) return 'ok';
  return 'errno' in reply ? reply.errno : reply.reason;
}

const bytesOf = (body = ''): number => new TextEncoder().encode(body).length;
