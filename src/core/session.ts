import type { Ask, Command, Effect, ReplyOf } from './command.ts';
import type { Hearing } from './make.ts';
import type { Node } from './node.ts';

/** An open line to a node. */
export interface Session {
  /**
   * Puts one command to the node.
   *
   * Trouble that the node names is in the reply; what keeps us from knowing is thrown: `LINK_LOST`, `DEADLINE`,
   * `WEDGED`, `CANCELLED`, `UNREACHABLE` and the other codes of `errors.ts`.
   * `hearing` is for an HTTP answer that is wanted while it comes.
   */
  ask<A extends Ask>(command: Command<Effect, A>, signal?: AbortSignal, hearing?: Hearing): Promise<ReplyOf<A>>;
  /** What a reader of a report must know of this line: an unproven host key, files read by commands, ... */
  notes(): readonly string[];
}

/** Opens lines to nodes, one per node, and keeps them for the next caller. */
export interface Transport {
  open(node: Node, signal?: AbortSignal): Promise<Session>;
  close(): Promise<void>;
}
