/** A jump host as written in a list: an alias, `user@host:port`, `user@[v6]:port`, or an `ssh://` URI of those. */
export interface JumpName {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
}

// A bare IPv6 address has two colons or more, and so no port.
const written =
  /^(?:ssh:\/\/)?(?:(?<user>.+)@)?(?:(?<v6>[\da-f.]*:[\da-f.]*:[\da-f:.]*(?:%\w+)?)|(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^[\]:@/]+))(?::(?<port>\d+))?)\/?$/i;

/** Takes a jump host apart; undefined for what can't be one. */
export function jumpName(text: string): JumpName | undefined {
  const { user, v6, bracketed, plain, port } = written.exec(text)?.groups ?? {};
  const host = v6 ?? bracketed ?? plain;
  if (host === undefined || host.startsWith('-') || user?.startsWith('-')) return undefined;
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && (number < 1 || number > 65_535)) return undefined;
  return { host, ...(number !== undefined && { port: number }), ...(user !== undefined && { user }) };
}
