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
  ...logs.slice(0, 3).map((log) => `tail -n 200 ${log}`),
  'free -h; df -h; cat /proc/meminfo',
  ...healthPorts.map((port) => `curl -fsS http://127.0.0.1:${port}/health`),
];

/** What a whole triage asks of a node with eight services, as one script of the same questions. */
export const wholeScript = ({ supervisorConfig, logs, healthPorts }: Farm): string =>
  [
    'cat /proc/uptime /proc/meminfo /proc/loadavg /proc/pressure/* /proc/net/dev /proc/net/tcp /proc/self/mountinfo',
    'df; df -i; dmesg 2>/dev/null || journalctl -k -b -n 5000 --no-pager; ps -ewwo pid,ppid,user,stat,etimes,rss,wchan:32,args',
    `s=$(supervisorctl -c ${supervisorConfig} status); echo "$s"`,
    ...logs.map((log) => `tail -n 200 ${log}`),
    ...healthPorts.map((port) => `curl -fsS http://127.0.0.1:${port}/health`),
    `for p in $(echo "$s" | sed -n "s/.*pid \\([0-9]*\\),.*/\\1/p"); do cat /proc/$p/limits /proc/$p/status /proc/$p/cgroup; ls /proc/$p/fd; done`,
    'true\n',
  ].join('\n');

/** The seven as one script. */
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
