import ssh2 from 'ssh2';

/** A new key pair of ed25519. ssh2 1.17 makes one in two hundred that it can't read itself, and that one is made anew. */
export function keyPair(): ReturnType<typeof ssh2.utils.generateKeyPairSync> {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
