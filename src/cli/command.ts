import type { App } from '../app.ts';
import type { Face } from '../core/principal.ts';
import type { AnyTool } from '../core/tool.ts';
import type { ListedTool } from '../mcp/tool-list.ts';
import type { Flag } from './flags.ts';

export type Values = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What every command is given beside its own values. */
export interface Context {
  tools(): Promise<readonly AnyTool[]>;
  /** What an assistant is told of the tools; cheaper than the tools. */
  toolList(): Promise<readonly ListedTool[]>;
  app(): Promise<App>;
  /** The fleet file that was named by a flag. */
  readonly fleetPath: string | undefined;
  readonly json: boolean;
  readonly detail: 'brief' | 'full';
  /** Aborts when the person at the terminal stops it. */
  readonly signal: AbortSignal;
}

/** One thing to type after `rackhand`. */
export interface Command {
  /** `node triage` */
  readonly words: string;
  readonly alias?: string | undefined;
  readonly title: string;
  readonly about: string;
  /** Who speaks through it; a person at a terminal without. */
  readonly face?: Face;
  flags(): readonly Flag[];
  /** The inputs that stand without a flag, in order. */
  readonly positional: readonly string[];
  /** That it is stopped is its good end. */
  readonly runsUntilStopped?: true;
  /** Resolves to the exit status. */
  run(values: Values, context: Context): Promise<number>;
}
