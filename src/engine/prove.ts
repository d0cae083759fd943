import { durationText } from '../core/format.ts';
import { opsError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Finding } from '../core/report.ts';
import type { Which } from './carry-out.ts';
import type { Hands } from './hands.ts';
import { soonMs } from './patiently.ts';
import { servicesOf, type Deed } from './plan-set.ts';

/** Between two looks at what is well already. */
const watchMs = 2_000;
/** The mark of what nothing that can be looked at tells. */
const untold = 'untold';

export interface Proven {
  readonly verified: boolean;
  /** Nothing that can be looked at tells. */
  readonly isUntold?: true;
  /** By what it is proven, as the rest of a sentence; or why it is not, as a sentence. */
  readonly said: string;
  /** Of the last look. */
  readonly findings: readonly Finding[];
}

type Sample =
  | {
      readonly is: 'well';
      readonly mark: string;
      /** When the first of all its checks was asked, by `performance.now`. */
      readonly from: number;
      readonly findings: readonly Finding[];
    }
  | { readonly is: 'bad'; readonly say: string; readonly findings: readonly Finding[] };

/**
 * Proves that a change holds: seen to be done, every check of its services ok, unbroken for the quiet time, in two looks
 * at least. Another process in the meantime, or one look that is not well, begins the time anew.
 *
 * Errors: `JOURNAL_FAILED`, `CANCELLED`, `LOCK_LOST`.
 */
export async function prove(
  hands: Hands,
  which: Which,
  deed: Pick<Deed, 'action' | 'args'> & { readonly before: Json; readonly knownSignatures: readonly string[] },
): Promise<Proven> {
  const { action, args } = deed;
  const { checks, quietSeconds, withinSeconds } = action.proof(args, hands.node);
  const start = performance.now();
  let against: readonly string[] = [];
  let well: { readonly mark: string; readonly since: number; readonly looks: number } | undefined;
  for (;;) {
    const at = performance.now();
    const isLate = at - start > withinSeconds * 1_000;
    const sample = await sampled(hands, deed, isLate ? [] : against);
    against = sample.findings.filter((each) => speaksAgainst(each, deed.knownSignatures)).map(({ check }) => check);
    // Looking again would tell no more, and an answer alone is no proof.
    if (sample.is === 'well' && sample.mark === untold && checks.length === 0) {
      const said = 'It answered that it was done, and nothing is declared that would show it.';
      return await written(hands, which, { verified: false, isUntold: true, said, findings: [] });
    }
    if (sample.is === 'well')
      well =
        sample.mark === well?.mark
          ? { ...well, looks: well.looks + 1 }
          : { mark: sample.mark, since: sample.from, looks: 1 };
    else well = undefined;
    const heldMs = well === undefined ? 0 : Math.max(0, at - well.since);
    if (well !== undefined && well.looks > 1 && heldMs >= quietSeconds * 1_000) {
      const held = `for ${durationText(quietSeconds)} without a break, in ${well.looks} looks`;
      const said = `${checks.length > 0 ? 'well' : 'seen so'} ${held}`;
      return await written(hands, which, { verified: true, said, findings: sample.findings });
    }
    if ((well?.since ?? at) - start > withinSeconds * 1_000) {
      const why = sample.is === 'bad' ? sample.say : 'it did not keep well for long enough';
      const said = `It is not proven within ${durationText(withinSeconds)}: ${why}`;
      return await written(hands, which, { verified: false, said, findings: sample.findings });
    }
    hands.say(sample.is === 'bad' ? `Not well yet: ${sample.say}` : `Well for ${durationText(heldMs / 1_000)} now`);
    await hands.hold();
    // A timer may be a moment early, and then all would be looked at once more.
    const left = quietSeconds * 1_000 - (performance.now() - (well?.since ?? 0)) + 2;
    await hands.pause(well === undefined ? soonMs(performance.now() - start) : Math.max(1, Math.min(left, watchMs)));
  }
}

async function written(hands: Hands, which: Which, proven: Proven): Promise<Proven> {
  const ids = proven.findings.flatMap(({ evidence }) => evidence).slice(0, 64);
  await hands.keep(ids);
  const type = proven.verified ? 'verified' : 'not_verified';
  await hands.journal.append({ type, ...which, said: proven.said.slice(0, 2_000), ids });
  return proven;
}

/**
 * One look. The checks that spoke `against` it in the last one are asked first: as long as they do, the others need not be.
 *
 * What can't be looked at is not well.
 */
async function sampled(
  { look, node }: Hands,
  { action, args, before, knownSignatures }: Parameters<typeof prove>[2],
  against: readonly string[],
): Promise<Sample> {
  try {
    const { fact: done } = await look.at(`${action.name} done`, () => action.done(args, node, before));
    if (done.is !== 'done' && done.is !== 'untold') return { is: 'bad', say: done.say, findings: [] };
    const { checks, services } = action.proof(args, node);
    const asked = async (some: typeof checks) => {
      const found = some.length === 0 ? [] : await look.survey(servicesOf(node, services), some);
      return { found, bad: found.find((finding) => speaksAgainst(finding, knownSignatures)) };
    };
    const first = await asked(checks.filter(({ name }) => against.includes(name)));
    if (first.bad !== undefined) return { is: 'bad', say: first.bad.summary, findings: first.found };
    const from = performance.now();
    const { found: findings, bad } = await asked(checks);
    if (bad !== undefined) return { is: 'bad', say: bad.summary, findings };
    if (checks.length > 0 && !findings.some(({ status }) => status === 'ok'))
      return { is: 'bad', say: 'no check says that it is well', findings };
    return { is: 'well', mark: done.is === 'done' ? done.mark : untold, from, findings };
  } catch (thrown) {
    const { code, message } = opsError(thrown);
    if (code === 'CANCELLED' || code === 'DEFECT') throw thrown;
    return { is: 'bad', say: message, findings: [] };
  }
}

/** A line that was in the log before, and only degrades, is nothing that the change has brought. */
const speaksAgainst = ({ status, signature }: Finding, known: readonly string[]): boolean =>
  status !== 'ok' &&
  status !== 'not_applicable' &&
  !(status === 'degraded' && signature !== undefined && known.includes(signature));
