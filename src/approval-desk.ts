import type { NodePolicy } from './app.ts';
import type { Approval, ChangeSet } from './core/change-set.ts';
import { OpsError } from './core/errors.ts';
import { approvalText } from './engine/approval-text.ts';
import type { createApprovals } from './engine/approvals.ts';
import { withoutSecrets } from './engine/plans.ts';
import { policyRevision } from './engine/policy-revision.ts';
import { signatureFault } from './engine/verify-signature.ts';

/** A plan, and the node and the policy of the fleet as they are now. */
export interface Proposal extends Pick<NodePolicy, 'node' | 'policy'> {
  readonly set: ChangeSet;
  /** One that counts already, and that no run has used. */
  readonly standing: Approval | undefined;
}

/** Who says yes, and how; `sign` makes an armored signature of a text. */
export interface Yes extends Pick<Approval, 'by'> {
  readonly how: Exclude<Approval['how'], 'signature'>;
  sign?(text: string): Promise<string>;
}

/** Where persons approve plans. */
export interface ApprovalDesk {
  /** The newest first. */
  list(): Promise<readonly ChangeSet[]>;
  /** Errors: `UNKNOWN_PLAN`; `NOT_APPROVED` for one of another policy; `UNKNOWN_NODE` for one of a node that is gone. */
  proposed(text: string): Promise<Proposal>;
  /** Stores a yes to what was shown. Errors: `NOT_APPROVED` where it would not count. */
  give(set: ChangeSet, yes: Yes): Promise<Approval>;
}

interface DeskOptions {
  readonly store: ReturnType<typeof createApprovals>;
  readonly secrets: () => readonly string[];
  readonly now: () => number;
  policyOf(nodeName: string): Promise<NodePolicy>;
}

export function approvalDesk({ store, policyOf, secrets, now }: DeskOptions): ApprovalDesk {
  const policyFor = async (set: ChangeSet) => {
    const { node, policy } = await policyOf(set.node);
    if (policyRevision(policy) !== set.policy)
      throw new OpsError('NOT_APPROVED', 'The policy has changed since this was planned, so nothing is approved.', {
        hint: 'Have it planned again: what may be done, and who is asked, may be otherwise now.',
      });
    return { node, policy };
  };

  return {
    list: store.list,

    async proposed(text) {
      const set = await store.proposed(text);
      const about = await policyFor(set);
      const { signers } = about.policy.approval;
      const { digest, node, policy } = set;
      const standing = await store.standing({ digest, node, policy, signers, at: now() });
      return {
        ...about,
        set: withoutSecrets(set, secrets()),
        standing: standing.counts ? standing.approval : undefined,
      };
    },

    async give(set, { by, how, sign }) {
      const { minutes, signers } = (await policyFor(set)).policy.approval;
      const { digest, node, policy } = set;
      const at = now();
      const words = { digest, node, policy, by, at, until: at + minutes * 60_000 };
      if (signers === undefined) {
        await store.give({ ...words, how });
        return { ...words, how };
      }
      const approval: Approval = { ...words, how: 'signature', signature: await sign?.(approvalText(words)) };
      const { signature } = approval;
      const why =
        signature === undefined
          ? `only a signature by a key of ${signers} counts`
          : await signatureFault({ message: approvalText(approval), signature, by, signers });
      if (why !== undefined)
        throw new OpsError('NOT_APPROVED', `Nothing was approved: ${why}.`, {
          hint: `Sign it: rackhand approve ${digest.slice(0, 8)} --key PATH, with a key that ${signers} has.`,
        });
      await store.give(approval);
      return approval;
    },
  };
}
