import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { scratchFolder } from './scratch-folder.ts';

/** A real ssh-agent that holds these key files, until the test ends; `passphrase` opens those that are encrypted. */
export async function startSshAgent(keyFiles: readonly string[], passphrase = ''): Promise<string> {
  const folder = scratchFolder();
  const socket = join(folder.path, 'agent.sock');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void agent.kill());
  // It prints where it listens once it does.
  await once(agent.stdout, 'data');
  const askpass = folder.write('askpass', `#!/bin/sh\necho '${passphrase}'\n`, 0o700);
  const env = { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' };
  for (const file of keyFiles) execFileSync('ssh-add', ['-q', file], { env, stdio: 'ignore' });
  return socket;
}
