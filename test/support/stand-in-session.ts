import type { Command, Reply } from '../../src/core/command.ts';
import { OpsError } from '../../src/core/errors.ts';
import type { Session } from '../../src/core/session.ts';
import { capture } from '../../src/core/capture.ts';

/** A stand-in for a line to a node: answers from a table by the path or first word asked, and counts what was asked. */
export function standInSession(answers: Record<string, string | OpsError | (() => string)>): {
  session: Session;
  asked: string[];
} {
  const asked: string[] = [];
  const answer = ({ ask }: Command): Reply => {
    const key = 'path' in ask ? ask.path : ask.kind === 'exec' ? ask.words[0] : ask.url;
    asked.push(key);
    const known = answers[key];
    if (known instanceof OpsError) throw known;
    const text = typeof known === 'function' ? known() : known;
    const timed = { at: Date.now(), ms: 1 };
    if (ask.kind === 'exec')
      return {
        exitCode: text === undefined ? 127 : 0,
        signal: null,
        stdout: capture(text ?? ''),
        stderr: capture(''),
        ...timed,
      };
    if (text === undefined) return { ok: false, errno: 'ENOENT', message: 'no such file', ...timed };
    const bytes = new TextEncoder().encode(text);
    return { ok: true, bytes, offset: 0, size: bytes.length, ...timed };
  };
  const session: Session = { ask: async (command) => answer(command) as never, notes: () => [] };
  return { session, asked };
}
