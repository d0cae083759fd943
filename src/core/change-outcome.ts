import type { Wanted } from './action.ts';
import type { ChangeSet } from './change-set.ts';
import type { Node } from './node.ts';
import type { Finding, Next } from './report.ts';
import { runEnds } from './run.ts';

/** What a tool wants done to a node. */
export interface ChangeRequest {
  readonly tool: string;
  readonly node: Node;
  readonly why: string;
  /** In order. */
  readonly steps: readonly Wanted[];
  /** Only say what would be done. */
  readonly planOnly: boolean;
  /** The run that this takes back. */
  readonly undoes?: string;
}

export const changeStates = ['planned', 'awaiting_approval', 'denied', 'held', 'refused', ...runEnds] as const;
/** How far it came: `denied` by the policy, `held` by a brake, `refused` because it can't help or can't be done. */
export type ChangeState = (typeof changeStates)[number];

/** What became of it. */
export interface ChangeOutcome {
  readonly state: ChangeState;
  /** One sentence. */
  readonly said: string;
  /** Of what is only planned: a person would have to approve it. */
  readonly asks?: boolean;
  readonly set?: ChangeSet;
  /** The id of the run, where there is one. */
  readonly run?: string;
  readonly findings: readonly Finding[];
  readonly next: readonly Next[];
  readonly notes: readonly string[];
}

/** Exit status of what became of a change. Source of 75 and 77: sysexits(3). */
export const changeExits: Readonly<Record<ChangeState, number>> = {
  planned: 0,
  awaiting_approval: 75,
  denied: 77,
  held: 75,
  refused: 77,
  verified: 0,
  not_verified: 2,
  rolled_back: 1,
  unknown: 3,
};
