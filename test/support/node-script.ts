import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { scratchFolder } from './scratch-folder.ts';

export type Shell = readonly [string, ...string[]];
/** Those that a script for nodes has to run under. */
export const nodeShells: readonly Shell[] = [['dash'], ['bash'], ['busybox', 'sh']];

interface Given {
  readonly shell?: Shell;
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
}

/** Runs a script as it is sent to nodes, in a process group of its own. */
export async function runScript(
  script: string,
  words: readonly string[],
  { shell = ['dash'], input = '', env = {}, uid }: Given = {},
): Promise<{ readonly status: number | null; readonly stderr: string }> {
  const [program, ...before] = shell;
  const child = spawn(program, [...before, '-c', script, 'rackhand', ...words], {
    // Bash takes a socket, which Node gives for a pipe, for a login over rsh unless it lies within another shell.
    env: { PATH: process.env['PATH'], SHLVL: '2', ...env },
    detached: true,
    ...(uid !== undefined && { uid, gid: uid }),
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { status: status as number | null, stderr };
}

const programs = ['cat', 'cp', 'dd', 'gzip', 'ls', 'mv', 'readlink', 'rm', 'sha256sum', 'stat', 'tail', 'wc'];

/** Programs that do as their originals, and end all of their group before or after the one of a number. */
export function deadlyPrograms(signal: 'TERM' | 'KILL', when: 'before' | 'after') {
  const folder = scratchFolder();
  const count = join(folder.path, 'count');
  for (const name of programs) {
    const real = execFileSync('sh', ['-c', 'command -v "$1"', 'x', name]).toString().trim();
    folder.write(
      `bin/${name}`,
      `#!/bin/sh
read -r n <"$COUNT"; n=$((n+1)); echo "$n" >"$COUNT"
[ "$n$WHEN" = "\${AT}before" ] && kill -s "$SIGNAL" 0
${real} "$@" || exit
[ "$n$WHEN" = "\${AT}after" ] && kill -s "$SIGNAL" 0
exit 0
`,
      0o755,
    );
  }
  return {
    /** The environment in which the program of a number is the last. */
    until(at: number): NodeJS.ProcessEnv {
      writeFileSync(count, '0\n');
      const PATH = `${join(folder.path, 'bin')}:${process.env['PATH']}`;
      return { PATH, COUNT: count, AT: String(at), WHEN: when, SIGNAL: signal };
    },
    /** How many ran. */
    ran: (): number => Number(readFileSync(count, 'utf8')),
  };
}
