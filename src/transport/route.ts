/** One machine on the way, with everything needed to log in to it. */
export interface Hop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Private key files in the order to try. */
  readonly identities: readonly string[];
  /** The one of them that the fleet file names: trouble with it is an error, not a reason to try the next. */
  readonly chosenIdentity?: string;
  /** Keys of the agent that are none of `identities` are not offered (IdentitiesOnly). */
  readonly identitiesOnly?: boolean;
  /** Path of the agent's socket, or null. */
  readonly agent: string | null;
  /** known_hosts files, the first is the one that `fleet trust` writes. */
  readonly knownHosts: readonly string[];
  /** The name under which its host key is filed, where it is not `host`. */
  readonly hostKeyAlias?: string;
}

/** The way to a node: jump hosts in order, the node itself last. */
export type Route = readonly [Hop, ...Hop[]];
