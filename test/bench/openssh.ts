import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Farm } from './farm.ts';

/** Runs a program to its end and hands back its output. Errors: an exit that is not 0. */
export async function runProgram(program: string, words: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'ignore'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.on('error', () => undefined).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}`);
  return Buffer.concat(chunks).toString();
}

/** The seven commands of the user's triage, as a person types them. */
export const sevenCommands = ({ supervisorConfig, logs, healthPorts }: Farm): readonly string[] => [
  `supervisorctl -c ${supervisorConfig} status`,
  ...logs.map((log) => `tail -n 200 ${log}`),
  'free -h; df -h; cat /proc/meminfo',
  ...healthPorts.map((port) => `curl -fsS http://127.0.0.1:${port}/health`),
];

/** The same as one script. */
export const batchedScript = (farm: Farm): string => `${sevenCommands(farm).join('\n')}\n`;

/** `ssh` with a warm ControlMaster to one node. */
export async function startMaster({ folder, sshConfig, addresses }: Farm) {
  const host = addresses[0] ?? '127.0.0.1';
  const options = ['-F', sshConfig, '-S', join(folder, 'master')];
  await runProgram('ssh', [...options, '-M', '-o', 'ControlPersist=yes', '-f', '-N', host]);
  return {
    run: (command: string) => runProgram('ssh', [...options, host, command]),
    stop: () => runProgram('ssh', [...options, '-O', 'exit', host]),
  };
}
