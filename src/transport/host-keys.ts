import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OpsError } from '../core/errors.ts';
import { hostKeyError } from './host-key-errors.ts';
import { keyType } from './host-key.ts';
import { filedNames } from './host-names.ts';
import { judgeHostKey } from './judge-host-key.ts';
import { knownHostsEntries } from './known-hosts-files.ts';
import type { Hop } from './route.ts';

export { fingerprint, keyType } from './host-key.ts';

/**
 * Lets a connection go on only when the key is known; `ephemeral` lets any key pass unread.
 *
 * Errors: `HOST_KEY_UNKNOWN`, `HOST_KEY_CHANGED`, `HOST_KEY_REVOKED`, `CONFIG_INVALID`.
 */
export async function verifyHostKey({
  hop,
  key,
  policy,
  node,
}: {
  hop: Hop;
  key: Buffer;
  policy: 'strict' | 'ephemeral';
  node: string;
}): Promise<void> {
  if (policy === 'ephemeral') return;
  const judgement = await judgeHostKey(hop, key);
  if (judgement.is !== 'known') throw hostKeyError(hop, key, judgement, node);
}

/** Algorithms for which a key of this machine is filed: asked for first, so that it does not show us another one. */
export async function knownAlgorithms(hop: Hop): Promise<readonly string[]> {
  const entries = await knownHostsEntries(hop.knownHosts);
  const names = filedNames(hop);
  const types = entries
    .filter(({ marker, matches }) => marker === undefined && names.some(matches))
    .map(({ type }) => type);
  return [...new Set(types)].flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type]));
}

/**
 * Files a host key in the first known_hosts file of a hop, and says which file that is.
 *
 * One append of one line: neither ssh nor a second of us that writes at the same time loses its own. A key that is there
 * already is left alone. Errors: `HOST_KEY_CHANGED` and `HOST_KEY_REVOKED`, which no trust overrides; `CONFIG_INVALID`.
 */
export async function trustHostKey(hop: Hop, key: Buffer, node = hop.host): Promise<string> {
  const [file] = hop.knownHosts;
  if (file === undefined)
    throw new OpsError('CONFIG_INVALID', `There is no known_hosts file for ${hop.host}.`, {
      hint: 'Name one under ssh.knownHosts in the fleet file.',
    });
  const before = await judgeHostKey(hop, key);
  if (before.is === 'changed' || before.is === 'revoked') throw hostKeyError(hop, key, before, node);
  if (before.is === 'known') return file;
  await append(file, `${filedNames(hop)[0]} ${keyType(key)} ${key.toString('base64')}\n`).catch((cause: unknown) => {
    throw new OpsError('CONFIG_INVALID', `${file} can not be written: ${String(cause)}`, { cause });
  });
  // A write to /dev/null succeeds as well.
  if ((await judgeHostKey(hop, key)).is !== 'known')
    throw new OpsError('CONFIG_INVALID', `${file} did not keep the host key of ${hop.host}.`);
  return file;
}

async function append(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    await handle.write(size > 0 && last.toString() !== '\n' ? `\n${line}` : line);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
