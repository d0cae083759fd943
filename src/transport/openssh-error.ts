import { OpsError, type ErrorCode } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { clean } from '../core/text.ts';

interface Meaning {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly say: string;
  readonly hint: (node: string) => string;
}

const lookThere = () => 'See whether the machine is up, and whether the address, port and network between are right.';

/** What `ssh` prints when it can't log in, the first that fits. Source: OpenSSH 9.2, with LogLevel ERROR. */
const meanings: readonly Meaning[] = [
  {
    pattern: /host key .*revoked|revoked host key/is,
    code: 'HOST_KEY_REVOKED',
    say: 'shows a host key that is revoked',
    hint: () => 'Its private half counts as stolen. Give the machine a new host key.',
  },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    code: 'HOST_KEY_CHANGED',
    say: 'shows another host key than known_hosts has',
    hint: (node) =>
      `Someone may stand in between. Only if you know that the machine was set up anew: take the old key out of known_hosts, then rackhand fleet trust ${node}`,
  },
  {
    pattern: /host key is known for|Host key verification failed/i,
    code: 'HOST_KEY_UNKNOWN',
    say: 'shows a host key that is not known',
    hint: (node) => `Compare the fingerprint with the machine's own, then: rackhand fleet trust ${node}`,
  },
  {
    pattern: /Permission denied \(|Too many authentication failures/,
    code: 'AUTH_FAILED',
    say: 'accepts no key of ours',
    hint: () => 'Put the public key into authorized_keys there, or set the user and identity that it knows.',
  },
  {
    pattern: /[Bb]ad configuration option|Bad owner or permissions|terminating, \d+ bad/,
    code: 'CONFIG_INVALID',
    say: 'can not be reached, because ssh does not accept its configuration',
    hint: () => 'Correct the line of ssh_config that ssh names.',
  },
  {
    pattern: /stdio forwarding failed/,
    code: 'UNREACHABLE',
    say: 'can not be reached from its jump host',
    hint: lookThere,
  },
  {
    pattern: /UNKNOWN port 65535|^ssh: .*kex_exchange_identification/s,
    code: 'JUMP_UNREACHABLE',
    say: 'can not be reached, because its jump host does not let us through',
    hint: () => 'See whether the jump host is up, and whether its address and port are right.',
  },
  {
    pattern: /Could not resolve hostname/,
    code: 'UNRESOLVED',
    say: 'can not be reached: its name does not resolve',
    hint: () => 'Correct the host name, or look whether the resolver works.',
  },
];

const unreachable = { code: 'UNREACHABLE', say: 'can not be reached', hint: lookThere } as const;

/** Why `ssh` could not log in to a node, from what it printed. */
export function opensshError({ name, ssh: { host, port } }: Node, printed: string): OpsError {
  const text = clean(printed).trim();
  const { code, say, hint } = meanings.find(({ pattern }) => pattern.test(text)) ?? unreachable;
  // The lines drawn around a changed key say nothing.
  const lines = text.split('\n').filter((line) => !/^@+/.test(line) && line.trim() !== '');
  const where = `${name} (${host}${port === undefined ? '' : `:${port}`})`;
  const said = lines.join(' ').slice(0, 500) || 'nothing';
  return new OpsError(code, `${where} ${say}; ssh says: ${said}`, { hint: hint(name) });
}
