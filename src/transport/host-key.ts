import { createHash } from 'node:crypto';

/** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`: the first field of a public key. Source: RFC 4253, section 6.6. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return 'unknown';
  return key.toString('latin1', 4, 4 + Math.min(key.readUInt32BE(0), 64));
}

/** `SHA256:...` as `ssh-keygen -l` prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
