import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpsError } from '../core/errors.ts';
import { signatureNamespace } from '../engine/verify-signature.ts';
import { myAccount } from '../transport/my-account.ts';
import { lendTerminal } from './controlling-terminal.ts';

const endAgainMs = 200;

/** A key that signs, and the name that the signers' file has for it. */
export interface Signer {
  readonly by: string;
  /** An armored signature of a text. Errors: `NOT_APPROVED` where there is none, also when `signal` aborts. */
  sign(text: string, signal: AbortSignal): Promise<string>;
}

/**
 * The signer of a private key file, or of a public one whose private half the agent or a security key has.
 *
 * Errors: `KEY_UNREADABLE`, `CONFIG_INVALID` for the signers' file, `NOT_APPROVED` for a key that it does not have.
 */
export async function approvalSigner(key: string, signers: string): Promise<Signer> {
  const [type = '', blob = ''] = await publicKeyOf(key);
  const known = await readFile(signers, 'utf8').catch((cause: unknown) => {
    throw new OpsError('CONFIG_INVALID', `policy.approval.signers: ${signers} can not be read.`, { cause });
  });
  const names = signerNames(known, blob);
  // What a certificate is for, its authority says: only ssh-keygen can tell, and does once it is signed.
  if (names === undefined && !type.includes('-cert-'))
    throw new OpsError('NOT_APPROVED', `${key} is none of the keys of ${signers}, so its signature would not count.`);
  return {
    by: names?.find((name) => !/[*?!]/.test(name)) ?? myAccount().user,
    sign: (text, signal) => signed(text, key, signal),
  };
}

/** Type and base64 of a public key. */
async function publicKeyOf(key: string): Promise<readonly string[]> {
  for (const path of [key, `${key}.pub`]) {
    const [type = '', blob = ''] = (await readFile(path, 'utf8').catch(() => '')).trim().split(/\s+/);
    if (/^(?:sk-)?(?:ssh|ecdsa)-[\w@.-]+$/.test(type)) return [type, blob];
  }
  throw new OpsError('KEY_UNREADABLE', `Neither ${key} nor ${key}.pub is a public key of ssh.`, {
    hint: 'Name your key, as in --key ~/.ssh/id_ed25519.pub.',
  });
}

/** The principals of a key in an allowed_signers file, as ssh-keygen(1) has it; undefined for a key that it does not have. */
export function signerNames(file: string, blob: string): readonly string[] | undefined {
  for (const line of file.split('\n')) {
    const [principals = '', ...rest] = line.trim().match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
    if (blob !== '' && !principals.startsWith('#') && rest.includes(blob))
      return principals.replaceAll('"', '').split(',');
  }
  return undefined;
}

async function signed(text: string, key: string, signal: AbortSignal): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rackhand-'));
  try {
    // A file, for the stdin of ssh-keygen is the terminal: it asks there for a passphrase, a PIN or a touch.
    const file = join(folder, 'approval');
    await writeFile(file, text, { mode: 0o600 });
    const code = await lendTerminal(async (terminal) => {
      const words = ['-Y', 'sign', '-q', '-n', signatureNamespace, '-f', key, file];
      const child = spawn('ssh-keygen', words, { stdio: [terminal, terminal, terminal] });
      const letGo = endedBy(signal, child);
      const [exit]: unknown[] = await once(child, 'close')
        .catch((cause: unknown) => {
          throw new OpsError('NOT_APPROVED', 'ssh-keygen can not be run here; nothing was stored.', { cause });
        })
        .finally(letGo);
      return exit;
    });
    if (code === 0) return await readFile(`${file}.sig`, 'utf8');
    throw new OpsError('NOT_APPROVED', `ssh-keygen did not sign with ${key}; nothing was stored.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Ends a program that asks at the terminal when its user has stopped us; it gives the terminal its echo back before it
 * goes. It gets the Ctrl-C too, and misses it where it has shown its question and does not read yet.
 */
function endedBy(signal: AbortSignal, child: ChildProcess): () => void {
  let again: NodeJS.Timeout | undefined;
  const end = () => {
    again = setInterval(() => child.kill(), endAgainMs);
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return () => {
    signal.removeEventListener('abort', end);
    clearInterval(again);
  };
}
