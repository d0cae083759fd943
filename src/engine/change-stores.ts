import { join } from 'node:path';
import type { AnyAction } from '../core/action.ts';
import type { AnyCheck } from '../core/check.ts';
import type { Node } from '../core/node.ts';
import type { Asking } from '../core/probe.ts';
import type { Baselines, Runs } from '../core/tool.ts';
import type { Vitals } from '../core/vitals.ts';
import { createApprovals } from './approvals.ts';
import { createBaselines } from './baselines.ts';
import type { EvidenceStore } from './evidence.ts';
import { createRuns } from './runs.ts';

/** What all changes share. */
export interface ChangeStores {
  readonly actions: readonly AnyAction[];
  readonly checks: readonly AnyCheck[];
  /** How a node is, for what is drawn of a run. */
  readonly vitals: (node: Node) => Asking<Vitals>;
  readonly evidence: EvidenceStore;
  readonly approvals: ReturnType<typeof createApprovals>;
  /** Folder of the journals. */
  readonly folder: string;
  readonly runs: Runs;
  readonly baselines: Baselines;
}

/** Everything that is kept of changes under the state folder. */
export function createStores(
  state: string,
  {
    actions,
    checks,
    vitals,
    evidence,
    secrets,
  }: Pick<ChangeStores, 'actions' | 'checks' | 'vitals' | 'evidence'> & { secrets: () => readonly string[] },
): ChangeStores {
  const folder = join(state, 'runs');
  return {
    actions,
    checks,
    vitals,
    evidence,
    approvals: createApprovals(state, secrets),
    folder,
    runs: createRuns(folder),
    baselines: createBaselines(join(state, 'baselines')),
  };
}
