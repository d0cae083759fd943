import type { Algorithms } from 'ssh2';

/**
 * What we offer, cheapest safe choice first.
 *
 * Group exchange is left out on purpose: testing the server's prime blocks the event loop for over a second, so one old
 * sshd would freeze the work on every other node.
 */
export const algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group16-sha512',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes256-ctr',
    'aes128-ctr',
  ],
  serverHostKey: ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'rsa-sha2-512', 'rsa-sha2-256'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} satisfies Algorithms;

/** The same with the kinds of host key first that are filed for a machine, so that it shows one that can be compared. */
export function offerFor(filed: readonly string[]) {
  const rank = (name: string) => (filed.includes(name) ? 0 : 1);
  const serverHostKey = algorithms.serverHostKey.toSorted((a, b) => rank(a) - rank(b));
  return { ...algorithms, serverHostKey } satisfies Algorithms;
}
