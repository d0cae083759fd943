import type { AnyAction, Wanted } from '../core/action.ts';
import type { AnyCheck } from '../core/check.ts';
import { OpsError } from '../core/errors.ts';
import type { Finding } from '../core/report.ts';
import type { RunEnd } from '../core/run.ts';
import { runStory, type RunStory } from '../core/run-story.ts';
import type { Hands } from './hands.ts';
import { patiently } from './patiently.ts';
import { planDeed, type Deed, type Refusal } from './plan-set.ts';

/** A run under way. */
export interface Running {
  readonly hands: Hands;
  readonly actions: readonly AnyAction[];
  /** All there are. */
  readonly checks: readonly AnyCheck[];
  readonly secrets: readonly string[];
  /** What the plan rests on; a run that is gone on with later looks anew. */
  readonly findings: readonly Finding[] | undefined;
}

/** How a run ended, as a sentence. */
export interface Ended {
  readonly how: RunEnd;
  readonly said: string;
  /** What spoke against it. */
  readonly findings?: readonly Finding[];
  /** What a playbook looks at, after it. */
  readonly after?: readonly Finding[];
}

/** Errors: `DEFECT` for a journal without a plan, which nobody hands in. */
export function storyOf({ journal }: Pick<Hands, 'journal'>): RunStory {
  const story = runStory(journal.records);
  if (story?.set === undefined) throw new OpsError('DEFECT', 'A run without a plan was to be carried on.');
  return story;
}

/** Signatures that were in the logs before. */
export const knownSignatures = ({ findings }: Pick<Running, 'findings'>): readonly string[] =>
  (findings ?? []).flatMap(({ signature }) => signature ?? []);

/** What an action would do in the moment before it is sent, by these findings, or by a look. Errors: `CANCELLED`, and those of a node that stays away. */
export const plannedAnew = async (
  { hands, actions }: Pick<Running, 'hands' | 'actions'>,
  { action, args }: Wanted,
  known: readonly Finding[] | undefined,
): Promise<Deed | Refusal> =>
  await patiently(hands, () => planDeed({ action, args }, { actions, node: hands.node, look: hands.look, known }));
