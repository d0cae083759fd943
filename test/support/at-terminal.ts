import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

/** What is typed once the terminal shows something new that holds `after`. */
export interface Typing {
  readonly after: string;
  readonly type: string;
}

/**
 * Runs a line of sh at a terminal of its own, of 80 columns in the eyes of who asks: what it shows, and how the line ends.
 *
 * A `type` of `hang up` takes the terminal away.
 */
export async function atTerminal(line: string, env: Readonly<Record<string, string>>, typing: readonly Typing[] = []) {
  const terminal = spawn('script', ['-qec', line, '/dev/null'], {
    env: { ...env, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: 'pipe',
  });
  onTestFinished(() => void terminal.kill('SIGKILL'));
  let output = '';
  let seen = 0;
  const left = [...typing];
  terminal.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    // Two things that are waited for may come at once.
    for (let next = left[0]; next !== undefined; next = left[0]) {
      const found = output.indexOf(next.after, seen);
      if (found === -1) return;
      left.shift();
      seen = found + next.after.length;
      if (next.type === 'hang up') terminal.kill('SIGKILL');
      else terminal.stdin.write(next.type);
    }
  });
  const [code] = (await once(terminal, 'close')) as [number | null];
  return { code, output };
}
