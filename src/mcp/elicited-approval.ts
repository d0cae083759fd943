import { z } from 'zod';
import type { App } from '../app.ts';
import { OpsError } from '../core/errors.ts';
import type { Report } from '../core/report.ts';
import { createPaint } from '../text/paint.ts';
import { planText } from '../text/plan-text.ts';

/** What the person at the client fills in. */
export const approvalAnswer = z.object({
  approve: z.boolean().describe('Have exactly this done, once'),
});

/** Columns of a form, which nobody tells us. */
const width = 90;

export interface Question {
  /** Of the plan that is shown. */
  readonly digest: string;
  readonly message: string;
}

/** What a person at the client is to be asked before a change; undefined where their word would not count. */
export async function approvalQuestion({ approvals }: App, { change }: Report): Promise<Question | undefined> {
  if (change?.state !== 'awaiting_approval' || change.digest === undefined) return undefined;
  const { set, node, policy } = await approvals.proposed(change.digest);
  if (policy.approval.signers !== undefined) return undefined;
  const page = { node, at: Date.now(), minutes: policy.approval.minutes, width, paint: createPaint(false) };
  return { digest: set.digest, message: [...planText(set, page), '', 'Approve this?'].join('\n') };
}

/** Stores the yes to the plan that was shown. Errors: `NOT_APPROVED` for any other answer. */
export async function approveElicited(
  { approvals, principal }: App,
  { action, content }: { readonly action: string; readonly content?: unknown },
  digest: string | undefined,
): Promise<void> {
  const answered = approvalAnswer.safeParse(content);
  if (action !== 'accept' || digest === undefined || !answered.success || !answered.data.approve)
    throw new OpsError('NOT_APPROVED', 'The person who was asked did not approve it: nothing was done.', {
      hint: 'Do not ask for the same again unless they want it.',
    });
  const { set, standing } = await approvals.proposed(digest);
  if (standing === undefined) await approvals.give(set, { by: principal, how: 'elicitation' });
}
