const becomeRoot =
  'PATH=${PATH:+$PATH:}/usr/local/bin:/usr/bin:/bin; [ "$(id -u)" = 0 ] || set -- sudo -n -- "$@"; exec "$@"';

/** Words that run others as root: through sudo, never with a password, and as they are where the login user is root. */
export const sudoLine = (words: readonly string[]): readonly string[] => [
  '/bin/sh',
  '-c',
  becomeRoot,
  'rackhand',
  ...words,
];
