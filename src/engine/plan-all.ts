import type { AnyAction } from '../core/action.ts';
import type { ChangeRequest } from '../core/change-outcome.ts';
import type { ChangeSet } from '../core/change-set.ts';
import { OpsError } from '../core/errors.ts';
import type { Finding } from '../core/report.ts';
import { redactDeep } from '../core/text.ts';
import { canonicalDigest } from './canonical-digest.ts';
import type { Look } from './hands.ts';
import { isRefusal, planDeed, plannedChange, type Refusal } from './plan-set.ts';

export interface Planned {
  readonly set: ChangeSet;
  /** Found before, by the guards of the actions. */
  readonly findings: readonly Finding[];
  readonly ids: readonly string[];
}

interface PlanOptions {
  readonly actions: readonly AnyAction[];
  readonly look: Look;
  readonly principal: string;
  readonly secrets: readonly string[];
  /** Revision. */
  readonly policy: string;
  readonly now: number;
  /** Findings of a moment ago, of a plan for the same. */
  readonly known?: readonly Finding[] | undefined;
}

/** All changes of a request as one set, named by its digest. Errors: `USAGE` for one thing changed twice. */
export async function planAll(
  { node, steps, tool, why }: ChangeRequest,
  { actions, look, principal, secrets, policy, now, known }: PlanOptions,
): Promise<Planned | Refusal> {
  const changes: ChangeSet['changes'] = [];
  const findings: Finding[] = [];
  const ids: string[] = [];
  for (const wanted of steps) {
    // What is planned is shown and kept: a secret in it would be, too.
    if (JSON.stringify(redactDeep(wanted.args, secrets)) !== JSON.stringify(wanted.args))
      throw new OpsError('USAGE', `${wanted.action} was given a secret, and a plan is shown and kept.`, {
        hint: 'A person changes what holds a secret by hand.',
      });
    const deed = await planDeed(wanted, { actions, node, look, known });
    if (isRefusal(deed)) return deed;
    const change = plannedChange(wanted, deed);
    // What the second is to do would depend on the first, and nobody could say before how it looks then.
    if (changes.some(({ action, subject }) => action === change.action && subject === change.subject))
      throw new OpsError('USAGE', `${change.subject} can't be changed twice in one go.`);
    changes.push(change);
    findings.push(...deed.findings);
    ids.push(...deed.ids);
  }
  // Another machine under the same name is another node.
  const digest = canonicalDigest({ node: node.name, ssh: node.ssh, transport: node.transport, changes });
  return { set: { digest, node: node.name, tool, why, principal, policy, plannedAt: now, changes }, findings, ids };
}
