import { join } from 'node:path';
import type { Address } from '../core/node.ts';
import { myAccount } from './my-account.ts';

/**
 * An ssh_config for one node: what must hold on the whole way, jump hosts included, then the user's own. The first value
 * of a keyword counts. Errors: none; a mistake in the user's file is told by `ssh`.
 */
export function opensshConfig({ identity, agent, knownHosts, config }: Address): string {
  const { home } = myAccount();
  const inHome = (path: string) => path.replace(/^~(?=\/|$)/, home);
  return [
    'Host *',
    'BatchMode yes',
    'StrictHostKeyChecking yes',
    'UpdateHostKeys no',
    'LogLevel ERROR',
    'ConnectTimeout 15',
    // Three unanswered questions: a frozen link is found after 12 s.
    'ServerAliveInterval 4',
    'ServerAliveCountMax 2',
    'ForwardAgent no',
    'ForwardX11 no',
    'PermitLocalCommand no',
    'RemoteCommand none',
    'RequestTTY no',
    'EscapeChar none',
    'Compression no',
    'StreamLocalBindUnlink yes',
    ...(knownHosts === undefined ? [] : [`UserKnownHostsFile ${quoted(inHome(knownHosts))}`]),
    ...(identity === undefined ? [] : [`IdentityFile ${quoted(inHome(identity))}`]),
    ...(agent ? [] : ['IdentityAgent none']),
    // ssh includes no file that others may write, and so not the one that stands for "no configuration".
    ...(config === '/dev/null'
      ? []
      : [`Include ${quoted(config === undefined ? join(home, '.ssh/config') : inHome(config))}`]),
    ...(config === undefined ? ['Include /etc/ssh/ssh_config'] : []),
    '',
  ].join('\n');
}

const quoted = (path: string): string => `"${path.replaceAll('%', '%%').replace(/["\\]/g, String.raw`\$&`)}"`;
