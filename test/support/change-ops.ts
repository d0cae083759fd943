import { checks } from '../../src/checks/index.ts';
import type { AnyAction } from '../../src/core/action.ts';
import { OpsError } from '../../src/core/errors.ts';
import type { Fleet, Node } from '../../src/core/node.ts';
import { policySchema } from '../../src/core/policy.ts';
import type { z } from 'zod';
import type { Transport } from '../../src/core/session.ts';
import type { ChangeOps, MakeOps } from '../../src/core/tool.ts';
import { createAudit } from '../../src/engine/audit.ts';
import { createStores, type ChangeStores } from '../../src/engine/change-stores.ts';
import { createEngine } from '../../src/engine/ops.ts';
import { createEvidence } from '../../src/engine/evidence.ts';
import { testNode } from './node.ts';

interface Options {
  readonly state: string;
  readonly transport: Transport;
  readonly nodes: readonly Node[];
  readonly actions: readonly AnyAction[];
  readonly policy?: z.input<typeof policySchema>;
  readonly principal?: string;
  readonly playbooks?: Fleet['playbooks'];
  readonly signal?: AbortSignal;
  /** In the moment something is said, as what is sent next is. */
  onSay?(message: string): void;
}

/** A journal has the same lines each time then. */
const untold = () => {
  throw new OpsError('OUTPUT_UNREADABLE', 'nothing is drawn of it');
};

/** The engine's door as a tool has it, with its stores in a folder. */
export function changeOps({
  state,
  transport,
  nodes,
  actions,
  policy = {},
  principal = 'cli:ana',
  playbooks = [],
  signal = new AbortController().signal,
  onSay = () => undefined,
}: Options): { ops: ChangeOps & MakeOps; stores: ChangeStores; fleet: Fleet; said: string[]; close(): Promise<void> } {
  const fleet: Fleet = {
    path: 'fleet.yaml',
    nodes,
    secrets: [],
    policy: policySchema.parse(policy),
    playbooks,
    brokenPlaybooks: [],
    workflows: [],
    rulePlaces: (policy.rules ?? []).map((_, index) => `fleet.yaml:${index + 1}`),
  };
  const evidence = createEvidence(`${state}/evidence`, () => []);
  const stores = createStores(state, { actions, checks, vitals: untold, evidence, secrets: () => [] });
  const audit = createAudit({ folder: `${state}/audit`, secrets: () => [], warn: () => undefined });
  const said: string[] = [];
  const engine = createEngine({ transport, local: testNode({ transport: 'local' }, 'local'), stores });
  const trail = audit.trail({ tool: 'test', principal });
  return {
    ops: engine.ops({
      fleet,
      trail,
      signal,
      onProgress(message) {
        said.push(message);
        onSay(message);
      },
    }),
    stores,
    fleet,
    said,
    close: () => audit.close(),
  };
}

/** A policy under which nothing is asked and nothing is held back. */
export const freeHand: z.input<typeof policySchema> = {
  rules: [{ decide: 'allow' }],
  limits: { cooldownSeconds: 0, restartsPer30Min: 1_000, restartsPer7Days: 1_000, breakerNodes: 1_000 },
};
