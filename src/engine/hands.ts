import type { AnyCheck } from '../core/check.ts';
import type { Command, Reply } from '../core/command.ts';
import type { Node } from '../core/node.ts';
import type { Asking } from '../core/probe.ts';
import type { Finding } from '../core/report.ts';
import type { Observed } from '../core/tool.ts';
import type { Journal } from './journal-write.ts';

/** Looks at a node, anew each time. */
export interface Look {
  at<T>(name: string, asking: () => Asking<T>): Promise<Observed<T>>;
  survey(node: Node, checks: readonly AnyCheck[]): Promise<readonly Finding[]>;
}

/** What carries a run out: the one place that changes are sent from. */
export interface Hands {
  readonly node: Node;
  readonly look: Look;
  readonly journal: Journal;
  /** Behind the fence of the lock that it holds; never twice. The id is that of the evidence. */
  send(command: Command<'change'>): Promise<{ readonly reply: Reply; readonly id: string }>;
  /** Has this evidence on disk. */
  keep(ids: readonly string[]): Promise<void>;
  /** Keeps the lock while nothing is sent: a safe point to stop at. Errors: `LOCK_LOST`, `CANCELLED`. */
  hold(): Promise<void>;
  say(message: string): void;
  /** Errors: `CANCELLED`. */
  pause(ms: number): Promise<void>;
}
