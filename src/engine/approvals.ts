import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { approvalSchema, type Approval } from '../core/change-set.ts';
import { runIdSchema } from '../core/run.ts';
import { approvalId, approvalText } from './approval-text.ts';
import { faultOf, unsigned, usedMeanwhile, type Fault, type Kept, type Occasion } from './judge-approval.ts';
import { createPlans, namesIn, parsed } from './plans.ts';
import { signatureFault } from './verify-signature.ts';
import { readWhole, writeWhole } from './whole-file.ts';

const expiredKeptMs = 24 * 3_600_000;

const usedSchema = z.object({ run: runIdSchema, at: z.number().int(), approval: approvalSchema });

/** An approval that counts, or as a sentence why the nearest one does not. */
export type Counted =
  | { readonly counts: true; readonly approval: Approval }
  | { readonly counts: false; readonly because: string };

/**
 * What can be approved, and what persons have approved, as files of the state folder.
 *
 * `approvals/open` is what they gave, `approvals/used` which run has it. A used one stays there for good, under the name
 * that its own words give it: given once more, also by who copies the file back, it is still used.
 */
export function createApprovals(state: string, secrets: () => readonly string[], now: () => number = Date.now) {
  const plans = createPlans(join(state, 'plans'), secrets, now);
  const folder = join(state, 'approvals');
  const fileOf = (where: 'open' | 'used', id: string) => join(folder, where, `${id}.json`);

  /** What is known of an approval; a reason, as a sentence, for one that is not as it was given. */
  const keptOf = async (id: string): Promise<Kept | string | undefined> => {
    // In this order: what is no longer open when it is looked for has been used before.
    const open = await readWhole(fileOf('open', id));
    const used = await readWhole(fileOf('used', id));
    const wrong = [used, open].flatMap((read) => (read !== undefined && 'wrong' in read ? [read.wrong] : []))[0];
    if (wrong !== undefined) return `What lies there as its approval ${wrong}.`;
    const usedAs = used !== undefined && 'text' in used ? parsed(usedSchema, used.text) : undefined;
    const given = open !== undefined && 'text' in open ? parsed(approvalSchema, open.text) : undefined;
    const approval = used === undefined ? given : usedAs?.approval;
    if (used === undefined && open === undefined) return undefined;
    if (approval === undefined || approvalId(approval) !== id) return 'What lies there as its approval was altered.';
    return { approval, usedBy: usedAs?.run };
  };

  /** Those that an occasion may mean, what counts for `run` already first, then the newest. */
  const keptFor = async ({ digest, node, at }: Occasion, run: string | undefined) => {
    const open = await idsIn(join(folder, 'open'));
    const used = await idsIn(join(folder, 'used'));
    const ids = new Set([...open, ...used.filter((id) => id.startsWith(digest))]);
    const kept: Kept[] = [];
    let broken: string | undefined;
    for (const id of ids) {
      const one = await keptOf(id);
      const isMeant = id.startsWith(digest);
      if (typeof one === 'string') broken = isMeant ? one : broken;
      // Of other plans only what is open still says something of this one.
      else if (one !== undefined && (isMeant || (one.approval.node === node && at < one.approval.until)))
        kept.push(one);
    }
    const isOwn = ({ usedBy }: Kept) => Number(run !== undefined && usedBy === run);
    return { kept: kept.toSorted((a, b) => isOwn(b) - isOwn(a) || b.approval.at - a.approval.at), broken };
  };

  const firstThatCounts = async (
    occasion: Occasion,
    run: string | undefined,
    use: (kept: Kept) => Promise<Fault | undefined>,
  ): Promise<Counted> => {
    const { kept, broken } = await keptFor(occasion, run);
    let nearest: Fault = { near: -1, because: broken ?? 'Nobody has approved it yet.' };
    for (const each of kept) {
      const fault = faultOf(each, occasion, run) ?? (await unsignedFault(each, occasion.signers)) ?? (await use(each));
      if (fault === undefined) return { counts: true, approval: each.approval };
      if (fault.near > nearest.near) nearest = fault;
    }
    return { counts: false, because: nearest.because };
  };

  return {
    propose: plans.propose,
    proposed: plans.proposed,
    list: plans.list,

    /** Stores an approval. Errors: `STATE_FAILED`. */
    async give(approval: Approval): Promise<void> {
      await writeWhole(fileOf('open', approvalId(approval)), JSON.stringify(approvalSchema.parse(approval)));
      for (const id of await idsIn(join(folder, 'open'))) {
        const one = await keptOf(id);
        if (typeof one === 'object' && one.approval.until < now() - expiredKeptMs)
          await unlink(fileOf('open', id)).catch(() => undefined);
      }
    },

    /** Whether one would count now, and uses up nothing. Errors: `STATE_FAILED`. */
    standing: (occasion: Occasion): Promise<Counted> => firstThatCounts(occasion, undefined, async () => undefined),

    /**
     * Uses up an approval that counts for `run`, and its plan needs no other. Of all runs that try, one gets it; after a
     * crash that one gets it back, for as long as it has not expired.
     *
     * Errors: `STATE_FAILED`.
     */
    async take({ run, ...occasion }: Occasion & { readonly run: string }): Promise<Counted> {
      runIdSchema.parse(run);
      const taken = await firstThatCounts(occasion, run, async ({ approval }) => {
        const id = approvalId(approval);
        const record = JSON.stringify({ run, at: occasion.at, approval } satisfies z.infer<typeof usedSchema>);
        const isOurs = await writeWhole(fileOf('used', id), record, { once: true });
        if (isOurs) await unlink(fileOf('open', id)).catch(() => undefined);
        if (isOurs) return undefined;
        const winner = await keptOf(id);
        const by = typeof winner === 'object' ? winner.usedBy : undefined;
        return by === run ? undefined : usedMeanwhile({ approval }, by === undefined ? 'another run' : `run ${by}`);
      });
      if (taken.counts) await plans.forget(occasion.digest);
      return taken;
    },
  };
}

const idsIn = async (folder: string): Promise<readonly string[]> =>
  (await namesIn(folder)).flatMap((name) => /^([0-9a-f]{64}\.[0-9a-f]{64})\.json$/.exec(name)?.[1] ?? []);

async function unsignedFault(kept: Kept, signers: string | undefined): Promise<Fault | undefined> {
  if (signers === undefined) return undefined;
  const { approval } = kept;
  const { signature, by } = approval;
  const why =
    signature === undefined
      ? `it is not signed, and only a signature by a key of ${signers} counts`
      : await signatureFault({ message: approvalText(approval), signature, by, signers });
  return why === undefined ? undefined : unsigned(kept, why);
}
