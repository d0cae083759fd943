import type { Hop } from './route.ts';

const sshPort = 22;

/** The names under which a host key may be filed: the machine's own first, then one that ssh accepts as well. */
export function filedNames({ host, port, hostKeyAlias }: Hop): readonly [string, ...string[]] {
  if (hostKeyAlias !== undefined) return [hostKeyAlias.toLowerCase()];
  const name = host.toLowerCase();
  return port === sshPort ? [name] : [`[${name}]:${port}`, name];
}
