import { OpsError } from '../core/errors.ts';

const names = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Whether only this machine reaches an address. */
export const isLoopback = (host: string): boolean => names.test(host);

/**
 * Whether a request names this machine as the one it asks.
 *
 * A page in a browser can have a name of its own lead here (DNS rebinding): then that name stands in the header.
 */
export function namesThisMachine(header: string | undefined): boolean {
  const host = header === undefined ? undefined : /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(header)?.[1];
  return host !== undefined && isLoopback(host);
}

/** Errors: `USAGE` for an address that others reach. */
export function mustBeLoopback(host: string): void {
  if (isLoopback(host)) return;
  throw new OpsError('USAGE', `${host} is no address of this machine alone, and nothing asks for a login here yet.`, {
    hint: 'Listen on 127.0.0.1, and let others in by an SSH tunnel or a proxy that knows them.',
  });
}
