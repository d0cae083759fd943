import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { startSandbox } from '../sandbox/index.ts';
import { commandLine } from '../src/core/quote.ts';

const escape = '\u001b';
const cursorMoves = new RegExp(`${escape}\\[\\d*[GJK]`, 'g');

interface Place extends Readonly<Record<string, string>> {
  readonly program: string;
}

/** What a terminal of 100 columns shows of a command, with a person at it who types the code of the plan. */
export async function atTerminal(words: readonly string[], { program, ...env }: Place): Promise<string> {
  const line = `stty cols 100; exec ${commandLine([process.execPath, program, ...words])}`;
  const terminal = spawn('script', ['-qec', line, '/dev/null'], {
    env: { ...process.env, ...env, TERM: 'xterm-256color', SHELL: '/bin/sh' },
    stdio: 'pipe',
  });
  let output = '';
  let isTyped = false;
  terminal.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const [, code] = /type ([a-z0-9]{6})\.[^]*code: /.exec(stripVTControlCharacters(output)) ?? [];
    if (code === undefined || isTyped) return;
    isTyped = true;
    terminal.stdin.write(`${code}\n`);
  });
  const [status] = await once(terminal, 'close');
  if (status !== 0) throw new Error(`rackhand ${words.join(' ')} ended with ${status}:\n${output}`);
  // What one line of progress overwrites is not there in the end, and a picture has no cursor to move.
  const lines = output
    .split(/\r?\n/)
    .map((each) => each.split('\r\u001b[2K').at(-1)?.replaceAll(cursorMoves, '') ?? '');
  return `$ rackhand ${commandLine(words)}\n${lines.join('\n').trimEnd()}`;
}

/** On a sandbox: a restart, an edit with a restart, and that edit taken back, each as its terminal shows it. */
export async function recordChange(program: string): Promise<{ restart: string; edit: string; undo: string }> {
  const { fleetPath, folder, stop } = await startSandbox();
  const env = { program, RACKHAND_FLEET: fleetPath, RACKHAND_STATE: join(folder, 'state') };
  try {
    const restart = await atTerminal(['restart', 'sandbox', 'worker', '--why', 'It takes up no tasks'], env);
    const file = ['file', 'edit', 'sandbox', 'worker', join(folder, 'worker.env')];
    const edit = await atTerminal([...file, '--key', 'TASKS_AT_ONCE', '--value', '4', '--restart'], env);
    const run = /run undo ([a-z0-9-]+)/.exec(edit)?.[1];
    if (run === undefined) throw new Error(`The edit names no run:\n${edit}`);
    return { restart, edit, undo: await atTerminal(['run', 'undo', run], env) };
  } finally {
    await stop();
  }
}

/** The parts of a plan that tell what it does; what is left out between them is said to be. */
export function excerpt(text: string): string {
  const cuts = [
    [/^ {2}does /m, /^ {2}diff /m],
    [/^ {2}risk /m, /^2\. /m],
    [/^ {2}does [^]*$/m, /^To approve /m],
  ] as const;
  let done = '';
  let rest = text;
  for (const [from, to] of cuts) {
    const begin = rest.search(from);
    const end = begin + rest.slice(begin).search(to);
    if (begin < 0 || end < begin) throw new Error(`Nothing to cut between ${from} and ${to}:\n${rest}`);
    done += `${rest.slice(0, begin)}  [...]\n`;
    rest = rest.slice(end);
  }
  return done + rest;
}
