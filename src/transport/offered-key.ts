import type { Node } from '../core/node.ts';
import { fetchHostKey } from './connection.ts';
import { fingerprint, trustHostKey } from './host-keys.ts';
import { resolveRoute } from './ssh-config.ts';

/** A host key as its node presents it, not trusted yet. */
export interface OfferedKey {
  readonly host: string;
  readonly port: number;
  readonly type: string;
  readonly fingerprint: string;
  /** Files it in known_hosts and says where. */
  add(): Promise<string>;
}

/** The key that a node presents now, reached through its jump hosts. Errors: those of connecting. */
export async function offeredKey(node: Node): Promise<OfferedKey> {
  const route = await resolveRoute(node.ssh);
  const hop = route.at(-1) ?? route[0];
  const key = await fetchHostKey(hop, route.slice(0, -1));
  return {
    host: hop.host,
    port: hop.port,
    type: keyType(key),
    fingerprint: fingerprint(key),
    add: () => trustHostKey(hop, key),
  };
}

/** The type that a public key of the wire format begins with. Source: RFC 4253, section 6.6. */
function keyType(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString();
}
