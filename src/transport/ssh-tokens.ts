import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { myAccount } from './my-account.ts';

/** What the tokens of a path in ssh_config stand for. */
export interface SshTokens {
  /** As it was asked for, before HostName. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKeyAlias?: string | undefined;
}

/** A path of ssh_config with `~`, `%d` and the like, and `${NAME}` in place. Source: ssh_config(5), TOKENS. */
export function sshPath(written: string, { name, host, port, user, hostKeyAlias }: SshTokens): string {
  const me = myAccount();
  const tokens: Record<string, string> = {
    '%': '%',
    d: me.home,
    h: host,
    i: String(me.uid),
    k: hostKeyAlias ?? name,
    L: hostname().split('.')[0] ?? '',
    l: hostname(),
    n: name,
    p: String(port),
    r: user,
    u: me.user,
  };
  const expanded = written
    .replace(/\$\{(\w+)\}/g, (whole, variable: string) => process.env[variable] ?? whole)
    .replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole);
  return resolve(me.home, expanded.replace(/^~(?=\/|$)/, me.home));
}
