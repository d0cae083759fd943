import type { Approval } from '../core/change-set.ts';
import { durationText } from '../core/format.ts';
import { clean } from '../core/text.ts';

/** What an approval is wanted for. */
export interface Occasion {
  readonly digest: string;
  readonly node: string;
  /** Revision of the policy as it is now. */
  readonly policy: string;
  /** Epoch ms. */
  readonly at: number;
  /** Path of an allowed_signers file: only a signature by one of its keys counts. */
  readonly signers?: string | undefined;
}

/** One that lies here, and the run that has used it up. */
export interface Kept {
  readonly approval: Approval;
  readonly usedBy?: string | undefined;
}

/** Why one does not count, as a sentence; `near` is how many of the tests it stood before. */
export interface Fault {
  readonly near: number;
  readonly because: string;
}

const forgivenMs = 60_000;

export const approver = ({ by }: Approval): string => clean(by).replace(/\s+/g, ' ');
const since = (from: number, to: number): string => durationText((to - from) / 1_000);

const used = (by: string): string => `it, but that was used by ${by}`;

/** What an approval must be, in the order in which a failing one is the nearer the later it fails: else what was approved. */
const tests: readonly ((kept: Kept, occasion: Occasion, run: string | undefined) => string | undefined)[] = [
  ({ approval }, { node }) =>
    approval.node === node ? undefined : `it, but for another node, ${clean(approval.node)}`,
  ({ approval }, { digest, at }) =>
    approval.digest === digest
      ? undefined
      : `something else ${since(approval.at, at)} ago, plan ${approval.digest.slice(0, 8)}; this one is not the same`,
  ({ approval }, { policy }) =>
    approval.policy === policy ? undefined : 'it, but under another policy: that of the fleet file has changed since',
  ({ usedBy }, _occasion, run) => (usedBy === undefined || usedBy === run ? undefined : used(`run ${usedBy}`)),
  ({ approval }, { at }) =>
    approval.at - at <= forgivenMs ? undefined : `it, but ${since(at, approval.at)} from now: a clock is wrong`,
  ({ approval }, { at }) => (at < approval.until ? undefined : `it, but that expired ${since(approval.until, at)} ago`),
];

const fault = ({ approval }: Kept, near: number, what: string): Fault => ({
  near,
  because: `${approver(approval)} approved ${what}.`,
});

/** What can be seen of an approval without asking anybody else: why it does not count for `run`. */
export function faultOf(kept: Kept, occasion: Occasion, run: string | undefined): Fault | undefined {
  for (const [near, test] of tests.entries()) {
    const what = test(kept, occasion, run);
    if (what !== undefined) return fault(kept, near, what);
  }
  return undefined;
}

export const unsigned = (kept: Kept, why: string): Fault => fault(kept, tests.length, `it, but ${why}`);
export const usedMeanwhile = (kept: Kept, by: string): Fault => fault(kept, tests.length, used(by));
