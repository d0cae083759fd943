import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { BuiltProgram } from './built-program.ts';

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of a built program: its pipes, and how it ended. */
export function startProgram(
  { path, env }: Pick<BuiltProgram, 'path' | 'env'>,
  words: readonly string[],
  more: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ran> } {
  const child = spawn(process.execPath, [path, ...words], { env: { ...env, ...more }, stdio: 'pipe' });
  // A process that has ended refuses what is still written to it.
  child.stdin.on('error', () => undefined);
  const closed = once(child, 'close');
  // What is left of an output whose reader went away is nothing.
  const output = Promise.all([child.stdout, child.stderr].map((stream) => text(stream).catch(() => '')));
  const ended = Promise.all([closed, output]).then(([[code, signal], [stdout = '', stderr = '']]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout,
    stderr,
  }));
  return { child, ended };
}

/** Runs it to its end with nothing on stdin. */
export async function runProgram(
  program: Pick<BuiltProgram, 'path' | 'env'>,
  words: readonly string[],
  more: Record<string, string> = {},
): Promise<Ran> {
  const { child, ended } = startProgram(program, words, more);
  child.stdin?.end();
  return ended;
}
