/** A jump host as written in a list: an alias, `user@host:port`, `user@[v6]:port`, or an `ssh://` URI of those. */
export interface JumpName {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
}

/** Takes a jump host apart; undefined for what can't be one. */
export function jumpName(written: string): JumpName | undefined {
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^[\]]*?))(?::(\d+))?\/?$/.exec(written) ?? [];
  // Two colons and no brackets: an IPv6 address that names no port.
  const bareAddress = /^(?:.+@)?([0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*(?:%\w+)?)$/i.exec(written)?.[1];
  const host = bareAddress ?? bracketed ?? plain ?? '';
  const number = bareAddress === undefined && port !== undefined ? Number(port) : undefined;
  if (host === '' || host.startsWith('-') || user?.startsWith('-')) return undefined;
  if (number !== undefined && (number < 1 || number > 65_535)) return undefined;
  return { host, ...(number !== undefined && { port: number }), ...(user !== undefined && { user }) };
}
