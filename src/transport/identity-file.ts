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
  try {
    const { mode, uid, isFile } = await looked(file);
    // A FIFO would keep us waiting for its writer.
    if (!isFile) return { is: 'unusable', trouble: unreadable(file, 'is not a regular file') };
    const key = await parsedFile(file);
    if (!key.isPrivateKey()) {
      const trouble = unreadable(file, 'is a public key and no agent holds its private half', sshAdd(file));
      return { is: 'for-agent', publicKey: key.getPublicSSH(), trouble };
    }
    // As ssh does: it matters only for one's own files.
    if (uid !== myAccount().uid || (mode & 0o077) === 0) return { is: 'key', key };
    const say = `may be read by others (mode ${(mode & 0o777).toString(8)})`;
    return { is: 'unusable', trouble: unreadable(file, say, `chmod 600 ${file}`) };
  } catch (thrown) {
    return await troubled(file, thrown);
  }
}

async function troubled(file: string, thrown: unknown): Promise<IdentityFile> {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if ('code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return { is: 'missing' };
  if (/passphrase/i.test(error.message)) {
    const key = await parsedFile(`${file}.pub`).catch(() => undefined);
    const trouble = unreadable(file, 'is encrypted and no agent holds it', sshAdd(file));
    return { is: 'for-agent', publicKey: key?.getPublicSSH(), trouble };
  }
  const hint = 'Set `transport: openssh` for the node if ssh itself can use it.';
  return { is: 'unusable', trouble: unreadable(file, `can not be used: ${error.message}`, hint, error) };
}

const sshAdd = (file: string) => `ssh-add ${file.replace(/\.pub$/, '')}`;

const unreadable = (file: string, say: string, hint?: string, cause?: unknown) =>
  new OpsError('KEY_UNREADABLE', `The key ${file} ${say}.`, { ...(hint !== undefined && { hint }), cause });

async function looked(file: string): Promise<{ mode: number; uid: number; isFile: boolean }> {
  const found = await stat(file);
  return { mode: found.mode, uid: found.uid, isFile: found.isFile() };
}

/** Errors: those of the file system, and of ssh2, which names a passphrase where one is missing. */
async function parsedFile(file: string): Promise<ParsedKey> {
  const parsed = ssh2.utils.parseKey(await readFile(file));
  // A file in the OpenSSH format may hold several keys; ssh uses the first.
  const first = Array.isArray(parsed) ? parsed[0] : parsed;
  if (first instanceof Error) throw first;
  return first;
}
