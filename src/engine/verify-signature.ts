import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { clean } from '../core/text.ts';

/** What our signatures are for: one that was made for git or for a file counts for nothing here. */
export const signatureNamespace = 'rackhand-approval';

export interface Signed {
  readonly message: string;
  /** Armored. */
  readonly signature: string;
  /** Whose it must be. */
  readonly by: string;
  /** Path of an allowed_signers file. */
  readonly signers: string;
}

/** Why a signature does not count, as a sentence's end; undefined for a good one. What can not be verified is not good. */
export async function signatureFault({ message, signature, by, signers }: Signed): Promise<string | undefined> {
  // ssh-keygen reads the signature from a file only.
  const folder = await mkdtemp(join(tmpdir(), 'rackhand-'));
  try {
    const file = join(folder, 'signature');
    await writeFile(file, signature, { mode: 0o600 });
    const words = ['-Y', 'verify', '-f', signers, '-I', by, '-n', signatureNamespace, '-s', file];
    const child = spawn('ssh-keygen', words, { stdio: ['pipe', 'ignore', 'pipe'], timeout: 10_000 });
    // It may end before it has read the message.
    child.stdin.on('error', () => undefined);
    child.stdin.end(message);
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    return code === 0 ? undefined : `its signature does not count (${saidText(said)})`;
  } catch (thrown) {
    return `its signature can not be verified (${thrown instanceof Error ? thrown.message : String(thrown)})`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const saidText = (said: string): string => clean(said).trim().split('\n')[0] || 'ssh-keygen does not say why';
