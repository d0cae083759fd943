import { readFile, stat } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { OpsError } from '../core/errors.ts';
import { myAccount } from './my-account.ts';

/** What a private key file is good for. */
export type IdentityFile =
  | { readonly is: 'key'; readonly key: ParsedKey }
  /** The agent has to log in with it: the file is a public key, or encrypted with its public key (where known) beside it. */
  | { readonly is: 'for-agent'; readonly publicKey: Buffer | undefined; readonly trouble: OpsError }
  | { readonly is: 'missing' }
  | { readonly is: 'unusable'; readonly trouble: OpsError };

/** Reads a private key file; trouble with it is `KEY_UNREADABLE`, with the command that mends it. */
export async function identityFile(file: string): Promise<IdentityFile> {
  const unusable = (say: string, hint?: string, cause?: unknown) => ({
    is: 'unusable' as const,
    trouble: new OpsError('KEY_UNREADABLE', `The key ${file} ${say}.`, { ...(hint !== undefined && { hint }), cause }),
  });
  const parsed = await parsedFile(file).catch((cause: unknown) =>
    cause instanceof Error ? cause : new Error(String(cause)),
  );
  if (parsed instanceof Error) {
    if ('code' in parsed && (parsed.code === 'ENOENT' || parsed.code === 'ENOTDIR')) return { is: 'missing' };
    if (!/passphrase/i.test(parsed.message))
      return unusable(
        `can not be used: ${parsed.message}`,
        'Set `transport: openssh` if ssh itself can use it.',
        parsed,
      );
    const publicKey = await parsedFile(`${file}.pub`).catch(() => undefined);
    const known = publicKey === undefined || publicKey instanceof Error ? undefined : publicKey.getPublicSSH();
    return {
      is: 'for-agent',
      publicKey: known,
      trouble: unusable('is encrypted and no agent holds it', `ssh-add ${file}`).trouble,
    };
  }
  if (!parsed.isPrivateKey()) {
    const { trouble } = unusable(
      'is a public key and no agent holds its private half',
      `ssh-add ${file.replace(/\.pub$/, '')}`,
    );
    return { is: 'for-agent', publicKey: parsed.getPublicSSH(), trouble };
  }
  const { mode, uid } = await stat(file);
  // As ssh does: it matters only for one's own files.
  if (uid === myAccount().uid && (mode & 0o077) !== 0)
    return unusable(`may be read by others (mode ${(mode & 0o777).toString(8)})`, `chmod 600 ${file}`);
  return { is: 'key', key: parsed };
}

async function parsedFile(file: string): Promise<ParsedKey | Error> {
  const parsed = ssh2.utils.parseKey(await readFile(file));
  // A file in the OpenSSH format may hold several keys; ssh uses the first.
  return Array.isArray(parsed) ? parsed[0] : parsed;
}
