import type { Service } from '../core/service.ts';

/** Where a model server answers on its node, and what logs in there: as its health is declared. */
export interface ModelServer {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** By its first health URL that is asked on the node, else by its first port. */
export function serverOf({ health, ports }: Service): ModelServer | undefined {
  const own = health.find(({ from }) => from === 'node');
  if (own !== undefined) return { origin: new URL(own.url).origin, headers: own.headers };
  const [port] = ports;
  return port === undefined ? undefined : { origin: `http://127.0.0.1:${port}`, headers: {} };
}
