import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadFleet } from '../../src/config/fleet.ts';
import { createApprovals } from '../../src/engine/approvals.ts';
import { policyRevision } from '../../src/engine/policy-revision.ts';
import { approvalCode } from '../../src/text/approval-code.ts';
import { atTerminal, type Typing } from './at-terminal.ts';
import type { BuiltProgram } from './built-program.ts';
import { changeSet, digestOf } from './change-set.ts';
import { scratchFolder } from './scratch-folder.ts';

const fleetText = 'nodes:\n  gpu-1: { ssh: 10.0.0.13, labels: { rack: b2 } }\n  gpu-2: {}\n';
const digest = digestOf('a');
/** What approves it. */
export const code = approvalCode(digest);

/** A fleet, and a store in which a plan of it waits; `more` of the fleet file. */
export async function planned(program: BuiltProgram, over: Parameters<typeof changeSet>[0] = {}, more = '') {
  const folder = scratchFolder();
  const path = folder.write('fleet.yaml', fleetText + more);
  const { policy } = await loadFleet({ path, env: {}, cwd: folder.path, home: folder.path });
  const state = join(folder.path, 'state');
  const store = createApprovals(state, () => []);
  const revision = policyRevision(policy);
  await store.propose(changeSet({ policy: revision, plannedAt: Date.now() - 240_000, ...over }));
  const env = { ...program.env, RACKHAND_STATE: state, RACKHAND_FLEET: path };
  const { signers } = policy.approval;
  const wanted = { digest, node: 'gpu-1', policy: revision, run: 'r1', signers };
  return {
    folder,
    env,
    typing: (words: string, typing: readonly Typing[] = [], more: Record<string, string> = {}) =>
      atTerminal(`${process.execPath} ${program.path} ${words}`, { ...env, ...more }, typing),
    take: () => store.take({ ...wanted, at: Date.now() }),
    given: () => readdirSync(state).includes('approvals'),
  };
}

/** What is typed when the code is asked for. */
export const asked = (type: string): readonly Typing[] => [{ after: 'code: ', type }];
