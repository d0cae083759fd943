import type { Wanted } from './action.ts';
import type { ChangeSet } from './change-set.ts';
import type { Node } from './node.ts';
import type { AnyCheck } from './check.ts';
import type { Finding, Next } from './report.ts';
import { runEnds, type RunPlaybook } from './run.ts';

/** What a tool wants done to a node. */
export interface ChangeRequest {
  readonly tool: string;
  readonly node: Node;
  readonly why: string;
  /** In order. */
  readonly steps: readonly Wanted[];
  /** The run that this takes back. */
  readonly undoes?: string;
  /** The playbook that chose it, and what it found: kept with the run, and compared with what is found afterwards. */
  readonly diagnosis?: Diagnosis;
}

/** What a playbook leaves to a person. */
export interface Escalation extends Pick<ChangeRequest, 'tool' | 'node' | 'why'> {
  readonly diagnosis: Diagnosis;
  /** What they must do. */
  readonly said: string;
}

/** What a playbook found before it chose what to do. */
export interface Diagnosis {
  readonly playbook: RunPlaybook;
  /** What was looked at, and is looked at again: whatever is critical then, and was not, has it taken back. */
  readonly checks: readonly AnyCheck[];
  /** Only these services; all of the node where left out. */
  readonly services?: readonly string[];
  readonly findings: readonly Finding[];
  /** Evidence that is on disk before anything is done, besides that of what is not ok. */
  readonly keep: readonly string[];
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
  /** What the checks of its diagnosis say after it. */
  readonly after?: readonly Finding[];
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
  escalated: 2,
};
