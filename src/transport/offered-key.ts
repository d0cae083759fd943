import { OpsError } from '../core/errors.ts';
import type { Node } from '../core/node.ts';
import { fetchHostKey } from './connection.ts';
import { fingerprint, keyType, trustHostKey } from './host-keys.ts';
import { judgeHostKey } from './judge-host-key.ts';
import type { Hop } from './route.ts';
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

/**
 * The key of the first machine on the way to a node that nobody trusts yet, or of the node itself.
 *
 * Errors: those of connecting.
 */
export async function offeredKey(node: Node): Promise<OfferedKey> {
  const route = await resolveRoute(node.ssh);
  let before: Hop[] = [];
  for (const hop of route) {
    const key = await fetchHostKey(hop, before);
    const last = hop === route.at(-1);
    const { is } = await judgeHostKey(hop, key);
    if (last || is !== 'known') {
      const add = () => trustHostKey(hop, key, node.name);
      return { host: hop.host, port: hop.port, type: keyType(key), fingerprint: fingerprint(key), add };
    }
    before = [...before, hop];
  }
  throw new OpsError('DEFECT', 'a route has at least one hop');
}
