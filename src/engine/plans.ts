import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { changeSetSchema, type ChangeSet } from '../core/change-set.ts';
import { OpsError } from '../core/errors.ts';
import { redact, redactDeep } from '../core/text.ts';
import { canonicalDigest } from './canonical-digest.ts';
import { errnoOf } from './errno.ts';
import { readWhole, stateFailed, writeWhole } from './whole-file.ts';

const keptMs = 24 * 3_600_000;
const keptPlans = 100;

/** `sum` is of the plan as it was written: one that was cut or altered is never shown to anybody. */
const fileSchema = z.object({ sum: z.string(), plan: changeSetSchema });

/** Plans that wait for a person's word, as files of `folder`: the newest hundred, and none of them older than a day. */
export function createPlans(folder: string, secrets: () => readonly string[], now: () => number = Date.now) {
  const fileOf = (digest: string) => join(folder, `${digest}.json`);

  const digests = async (): Promise<readonly string[]> =>
    (await namesIn(folder)).flatMap((name) => /^([0-9a-f]{64})\.json$/.exec(name)?.[1] ?? []);

  /** Undefined for one that is gone, too old or not as it was written. */
  const planOf = async (digest: string): Promise<ChangeSet | undefined> => {
    const read = await readWhole(fileOf(digest));
    const file = read !== undefined && 'text' in read ? parsed(fileSchema, read.text) : undefined;
    if (file === undefined || file.plan.digest !== digest || canonicalDigest(file.plan) !== file.sum) return undefined;
    return now() - file.plan.plannedAt < keptMs ? file.plan : undefined;
  };

  const newest = async (of: readonly string[]): Promise<readonly ChangeSet[]> => {
    const all = await Promise.all(of.map(planOf));
    return all.filter((plan) => plan !== undefined).toSorted((a, b) => b.plannedAt - a.plannedAt);
  };
  const list = async () => await newest(await digests());

  const forget = async (digest: string): Promise<void> => await unlink(fileOf(digest)).catch(() => undefined);

  return {
    /** Keeps a plan, without secrets, so that it can be shown and approved. Errors: `STATE_FAILED`. */
    async propose(set: ChangeSet): Promise<void> {
      const plan = withoutSecrets(set, secrets());
      await writeWhole(fileOf(plan.digest), JSON.stringify({ sum: canonicalDigest(plan), plan }));
      // Of those seen now: what another process keeps meanwhile is not ours to judge.
      const there = await digests();
      const kept = new Set((await newest(there)).slice(0, keptPlans).map(({ digest }) => digest));
      await Promise.all(there.filter((digest) => !kept.has(digest)).map(forget));
    },

    /** Those that can be approved, the newest first. Errors: `STATE_FAILED`. */
    list,

    /** The plan of a digest or of an unambiguous beginning of it. Errors: `UNKNOWN_PLAN`, `STATE_FAILED`. */
    async proposed(text: string): Promise<ChangeSet> {
      const wanted = text.toLowerCase();
      if (!/^[0-9a-f]{8,64}$/.test(wanted))
        throw unknown(`${JSON.stringify(text)} is no digest of a plan, nor 8 or more characters of its beginning.`);
      const fitting = (await list()).filter(({ digest }) => digest.startsWith(wanted));
      const [plan] = fitting;
      if (plan === undefined) throw unknown(`No plan that can be approved begins with ${wanted}.`);
      if (fitting.length > 1)
        throw unknown(
          `${fitting.length} plans begin with ${wanted}.`,
          `Give more of it: ${fitting.map(({ digest, node }) => `${digest} (${node})`).join(', ')}`,
        );
      return plan;
    },

    /** Nobody need approve it any more. */
    forget,
  };
}

const unknown = (message: string, hint?: string): OpsError =>
  new OpsError('UNKNOWN_PLAN', message, {
    hint:
      hint ?? 'rackhand approve lists those that wait; a plan goes after a day, so it may have to be planned again.',
  });

/** All that is said in a plan, without secrets; what tells plans apart stays to the letter. */
export const withoutSecrets = (set: ChangeSet, secrets: readonly string[]): ChangeSet => ({
  ...set,
  why: redact(set.why, secrets),
  changes: set.changes.map(({ digest, ...change }) => ({ ...redactDeep(change, secrets), digest })),
});

/** The names in a folder; none where there is no folder yet. Errors: `STATE_FAILED`. */
export const namesIn = async (folder: string): Promise<readonly string[]> =>
  await readdir(folder).catch((thrown: unknown) => (errnoOf(thrown) === 'ENOENT' ? [] : stateFailed(folder)(thrown)));

/** What a text says in JSON; undefined where that is not of this shape. */
export function parsed<Shape extends z.ZodType>(shape: Shape, text: string): z.infer<Shape> | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
